namespace ClausumPanel.Web.Tests.Enrichment;

public sealed class IpAddressesTests
{
    [Theory]
    [InlineData("201.150.10.22", "201.150.10.22", "201.150.10.0/24", "MX", null, false, false)]
    [InlineData("::ffff:201.150.10.22", "201.150.10.22", "201.150.10.0/24", "MX", null, false, false)]
    [InlineData("::FFFF:C996:0A16", "201.150.10.22", "201.150.10.0/24", "MX", null, false, false)]
    [InlineData("8.8.8.8", "8.8.8.8", "8.8.8.0/24", "US", null, false, false)]
    [InlineData("2A01:04F8:0000:0000:0000:0000:0000:0001", "2a01:4f8::1", "2a01:4f8::/48", "DE", "Hetzner", false, true)]
    [InlineData("10.0.0.1", "10.0.0.1", "10.0.0.0/24", null, null, true, false)]
    [InlineData("100.64.12.1", "100.64.12.1", "100.64.12.0/24", null, null, true, false)]
    [InlineData("100.128.0.1", "100.128.0.1", "100.128.0.0/24", "US", null, false, false)]
    [InlineData("192.168.1.254", "192.168.1.254", "192.168.1.0/24", null, null, true, false)]
    [InlineData("172.32.0.1", "172.32.0.1", "172.32.0.0/24", "US", null, false, false)]
    [InlineData("203.0.113.7", "203.0.113.7", "203.0.113.0/24", null, null, true, false)]
    [InlineData("127.0.0.1", "127.0.0.1", "127.0.0.0/24", null, null, true, false)]
    [InlineData("2001:0:1:0:0:0:0:5", "2001:0:1::5", "2001:0:1::/48", null, null, false, true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1::1", "2001:db8::/48", null, null, true, true)]
    [InlineData("::1", "::1", "::/48", null, null, true, true)]
    [InlineData("fe80::1", "fe80::1", "fe80::/48", null, null, true, true)]
    [InlineData("fd12:3456:789a:1::1", "fd12:3456:789a:1::1", "fd12:3456:789a::/48", null, null, true, true)]
    [InlineData("255.255.255.255", "255.255.255.255", "255.255.255.0/24", null, null, true, false)]
    [InlineData("3.5.140.2", "3.5.140.2", "3.5.140.0/24", null, "Amazon Web Services", false, false)]
    [InlineData("34.120.0.1", "34.120.0.1", "34.120.0.0/24", null, "Google Cloud", false, false)]
    [InlineData("20.42.1.1", "20.42.1.1", "20.42.1.0/24", null, "Microsoft Azure", false, false)]
    [InlineData("167.99.1.1", "167.99.1.1", "167.99.1.0/24", null, "DigitalOcean", false, false)]
    [InlineData("51.254.1.1", "51.254.1.1", "51.254.1.0/24", null, "OVHcloud", false, false)]
    [InlineData("95.216.1.1", "95.216.1.1", "95.216.1.0/24", null, "Hetzner", false, false)]
    [InlineData("172.105.1.1", "172.105.1.1", "172.105.1.0/24", null, "Akamai (Linode)", false, false)]
    [InlineData("45.76.1.1", "45.76.1.1", "45.76.1.0/24", null, "Vultr", false, false)]
    [InlineData("2604:a880:400:d0::1", "2604:a880:400:d0::1", "2604:a880:400::/48", null, "DigitalOcean", false, true)]
    public void An_address_is_looked_up(string text, string address, string network, string? country, string? provider, bool isPrivate, bool isIpV6)
    {
        Assert.True(LoadedData.Shipped.Ips.TryLook(text, out var facts));
        Assert.Equal((address, network, provider, isPrivate, isIpV6), (facts.Address, facts.Network, facts.Provider, facts.IsPrivate, facts.IsIpV6));
        // Where a cloud puts its addresses changes from month to month; whose they are does not.
        if (provider is null || country is not null) Assert.Equal(country, facts.Country);
    }

    [Theory]
    [InlineData("189.203.1.1")]
    [InlineData("187.190.1.1")]
    [InlineData("200.68.128.1")]
    [InlineData("2806:2f0:1000::1")]
    [InlineData("148.244.1.1")]
    public void Homes_and_offices_in_Mexico_are_not_taken_for_hosting(string text)
    {
        Assert.True(LoadedData.Shipped.Ips.TryLook(text, out var facts));
        Assert.Equal(("MX", null, false), (facts.Country, facts.Provider, facts.IsPrivate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("127.1")]
    [InlineData("256.1.1.1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.")]
    [InlineData(".1.2.3.4")]
    [InlineData("1.2.3.4.5")]
    [InlineData("01.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData("1.2.3.4/24")]
    [InlineData("1.2.3.٤")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("[::1]:443")]
    [InlineData("::ffff:1.2.3.256")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("localhost")]
    public void What_is_no_address_is_told(string text) => Assert.False(LoadedData.Shipped.Ips.TryLook(text, out _));

    [Fact]
    public void Addresses_of_one_network_share_one_text()
    {
        Assert.True(LoadedData.Shipped.Ips.TryLook("189.203.7.1", out var first));
        Assert.True(LoadedData.Shipped.Ips.TryLook("189.203.7.254", out var second));
        Assert.Same(first.Network, second.Network);
    }
}
