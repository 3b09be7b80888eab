using System.Net;
using ClausumPanel.Web.Webhooks;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Tests.Webhooks;

public sealed class AddressTests
{
    /// <summary>Spellings of places nobody may be sent to.</summary>
    public static readonly TheoryData<string> Spellings = new()
    {
        "http://shop.example/hooks", "ftp://shop.example/hooks", "file:///etc/passwd", "gopher://shop.example/", "shop.example/hooks", "//shop.example/hooks", "javascript:alert(1)", "https://", "https:///hooks", "https:\\\\127.0.0.1\\",
        "https://127.0.0.1/", "https://127.0.0.1./", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0x7F.1/", "https://0177.0.0.1/", "https://017700000001/", "https://0177.1/",
        "https://127.000.000.001/", "https://127.0.0.1:443/", "https://127.0.0.1%2f@shop.example/", "https://0/", "https://0.0.0.0/", "https://00000000000/", "https://10.0.0.1/", "https://167772161/", "https://0xa000001/", "https://012.0.0.1/",
        "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/", "https://0xc0a80101/", "https://3232235777/", "https://169.254.169.254/latest/meta-data/", "https://2852039166/", "https://0xa9fea9fe/", "https://0251.0376.0251.0376/",
        "https://100.64.0.1/", "https://100.100.100.200/", "https://168.63.129.16/", "https://192.0.0.192/", "https://198.18.0.1/", "https://224.0.0.1/", "https://255.255.255.255/", "https://93.184.216.34/",
        "https://[::1]/", "https://[::]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::127.0.0.1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[0:0:0:0:0:ffff:10.0.0.1]/", "https://[::ffff:a9fe:a9fe]/", "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::1]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[ff02::1]/", "https://[2001:db8::1]/",
        "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://shop.localhost/", "https://printer.local/", "https://metadata.google.internal/", "https://router.lan/", "https://intranet/", "https://host.home.arpa/",
        "https://shop.example:8443/", "https://shop.example:22/", "https://user@shop.example/", "https://user:word@shop.example/", "https://shop.example@127.0.0.1/", "https://127.0.0.1#@shop.example/", "https://shop.example/hooks#part",
        "https://shop.example /hooks", "https://shop.example\t/hooks", "https://ⓛocalhost/", "https://１２７.０.０.１/", "https://127。0。0。1/", "https://tienda.españa/", "https://1.2.3.4.5.6/", "https://1.1.1.1.in-addr.1/",
    };

    /// <summary>Addresses that a name may turn out to have when it is called.</summary>
    public static readonly TheoryData<string> Closed = new()
    {
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.254", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
        "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
        "::", "::1", "::2", "::127.0.0.1", "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:192.168.1.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
        "2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::", "2002:c0a8:101::", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
        "2a00:1450::5efe:10.0.0.1", "2a00:1450::200:5efe:127.0.0.1",
    };

    private sealed class Says(params IPAddress[][] answers) : NameLookup
    {
        public int Asked { get; private set; }

        public override Task<IPAddress[]> AddressesAsync(string host, CancellationToken stop) => Task.FromResult(answers[Math.Min(Asked++, answers.Length - 1)]);
    }

    private static async Task<WebhookResult> CallAsync(string url, NameLookup names, WebhookOptions? options = null)
    {
        using var sender = new WebhookSender(Options.Create(options ?? new WebhookOptions { Timeout = TimeSpan.FromSeconds(2) }), names);
        return await sender.SendAsync(new WebhookCall(Guid.NewGuid(), url, "webhook.test", "{}", ["whsec_x"], DateTimeOffset.UtcNow), default);
    }

    [Theory, MemberData(nameof(Spellings))]
    public async Task An_address_that_is_not_a_public_name_over_https_is_refused_when_it_is_written_and_when_it_is_called(string spelling)
    {
        Assert.NotEqual(UrlProblem.None, WebhookUrl.Read(spelling, new WebhookOptions(), out _));
        var names = new Says([IPAddress.Parse("93.184.216.34")]);
        Assert.Equal(WebhookSender.BadAddress, (await CallAsync(spelling, names)).Error);
        Assert.Equal(0, names.Asked);
    }

    [Theory, MemberData(nameof(Closed))]
    public async Task A_name_that_stands_for_an_address_inside_is_never_connected_to(string address)
    {
        var inside = IPAddress.Parse(address);
        Assert.False(PublicAddresses.IsPublic(inside));
        Assert.Equal(WebhookSender.RefusedAddress, (await CallAsync("https://shop.example/hooks", new Says([inside]))).Error);
        // One among several is enough, wherever it stands.
        Assert.Equal(WebhookSender.RefusedAddress, (await CallAsync("https://shop.example/hooks", new Says([IPAddress.Parse("93.184.216.34"), inside]))).Error);
    }

    [Theory]
    [InlineData("1.1.1.1"), InlineData("93.184.216.34"), InlineData("172.32.0.1"), InlineData("100.128.0.1"), InlineData("169.253.255.255"), InlineData("198.20.0.1"), InlineData("2606:4700::1111"), InlineData("2a00:1450:4001::200e"),
     InlineData("::ffff:1.1.1.1"), InlineData("64:ff9b::1.1.1.1"), InlineData("2002:101:101::1")]
    public void An_address_of_the_public_internet_is_one(string address) => Assert.True(PublicAddresses.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public void The_tables_hold_what_they_promise()
    {
        Assert.True(Spellings.Cast<object>().Count() >= 75 && Closed.Cast<object>().Count() >= 50);
        Assert.Equal(UrlProblem.None, WebhookUrl.Read("https://shop.example/hooks?x=1", new WebhookOptions(), out var url));
        Assert.Equal("https://shop.example/hooks?x=1", url.AbsoluteUri);
        Assert.Equal(UrlProblem.None, WebhookUrl.Read("https://xn--espaa-rta.example/", new WebhookOptions(), out _));
        Assert.Equal(UrlProblem.None, WebhookUrl.Read("https://3com.example/a@b", new WebhookOptions(), out _));
    }

    [Fact]
    public async Task A_name_that_was_good_when_it_was_written_is_judged_again_at_every_connection()
    {
        await using var receiver = await Receiver.StartAsync();
        // Public the first time it is asked, this machine the second time: what is connected to is what was judged.
        var names = new Says([IPAddress.Parse("127.0.0.1")], [IPAddress.Parse("93.184.216.34")]);
        Assert.Equal(UrlProblem.None, WebhookUrl.Read("https://rebind.example/hooks", new WebhookOptions(), out _));
        Assert.Equal(WebhookSender.RefusedAddress, (await CallAsync("https://rebind.example/hooks", names)).Error);
        Assert.Equal((1, 0), (names.Asked, receiver.Came));
    }

    [Fact]
    public async Task A_host_that_the_setting_names_may_be_called_on_that_port_and_no_other()
    {
        await using var receiver = await Receiver.StartAsync();
        var options = new WebhookOptions { AllowedHosts = $"hooks.internal:{receiver.Port}, 10.0.0.9", Timeout = TimeSpan.FromSeconds(5) };
        var names = new Says([IPAddress.Loopback]);
        Assert.Null((await CallAsync($"http://hooks.internal:{receiver.Port}/hooks", names, options)).Error);
        Assert.Equal(1, receiver.Came);
        Assert.Equal(WebhookSender.BadAddress, (await CallAsync($"http://hooks.internal:{receiver.Port + 1}/hooks", names, options)).Error);
        Assert.Equal(WebhookSender.BadAddress, (await CallAsync($"http://other.internal:{receiver.Port}/hooks", names, options)).Error);
        Assert.Equal(1, receiver.Came);
    }
}
