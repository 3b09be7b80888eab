using System.Net;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Tests.Enrichment;

public sealed class GeoIpTests
{
    private static readonly string Shipped = Path.Combine(AppContext.BaseDirectory, "data", new DataOptions().IpCountries);
    private static readonly GeoIp Countries = GeoIp.Open(Shipped);

    [Theory]
    [InlineData("201.150.10.22", "MX")]
    [InlineData("8.8.8.8", "US")]
    [InlineData("2a01:4f8::1", "DE")]
    [InlineData("200.57.0.1", "MX")]
    [InlineData("::ffff:8.8.8.8", "US")]
    [InlineData("2806:2f0:1000::1", "MX")]
    [InlineData("10.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("0.0.0.0", null)]
    [InlineData("255.255.255.255", null)]
    public void The_country_of_an_address_is_known(string address, string? country) => Assert.Equal(country, Countries.Country(IPAddress.Parse(address)));

    [Fact]
    public void A_file_cut_anywhere_is_refused_with_a_sentence()
    {
        var file = File.ReadAllBytes(Shipped);
        for (var length = 0; length < file.Length; length += file.Length / 23)
            Assert.Throws<InvalidDataException>(() => GeoIp.FromBytes(file[..length]));
    }

    [Theory]
    [InlineData(24, 4)]
    [InlineData(28, 4)]
    [InlineData(32, 4)]
    [InlineData(24, 6)]
    [InlineData(28, 6)]
    [InlineData(32, 6)]
    public void Every_record_size_is_read(int recordBits, int version)
    {
        var database = GeoIp.FromBytes(SmallDatabase.Write(recordBits, version, nested: false));
        Assert.Equal("MX", database.Country(IPAddress.Parse("201.150.10.22")));
        Assert.Equal("US", database.Country(IPAddress.Parse("8.8.8.8")));
        Assert.Equal(version == 6 ? "DE" : null, database.Country(IPAddress.Parse("8a01:4f8::1")));
        Assert.Equal(new DateOnly(2026, 1, 2), database.Built);
    }

    [Fact]
    public void The_shape_of_city_databases_is_read_too()
    {
        var database = GeoIp.FromBytes(SmallDatabase.Write(28, 6, nested: true));
        Assert.Equal("MX", database.Country(IPAddress.Parse("201.150.10.22")));
        Assert.Equal("US", database.Country(IPAddress.Parse("8.8.8.8")));
    }

    [Fact]
    public void Any_damage_gives_a_refusal_or_an_answer_and_never_a_crash()
    {
        var random = new Random(4711);
        IPAddress[] asked = [IPAddress.Parse("201.150.10.22"), IPAddress.Parse("8.8.8.8"), IPAddress.Parse("8a01:4f8::1"), IPAddress.IPv6Any];
        int refused = 0, answered = 0;
        for (var round = 0; round < 4_000; round++)
        {
            var file = SmallDatabase.Write(random.Next(3) switch { 0 => 24, 1 => 28, _ => 32 }, random.Next(2) == 0 ? 4 : 6, nested: random.Next(2) == 0);
            for (var i = random.Next(1, 6); i > 0; i--) file[random.Next(file.Length)] = (byte)random.Next(256);
            try
            {
                var database = GeoIp.FromBytes(file);
                foreach (var address in asked) database.Country(address);
                answered++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.True(refused > 100 && answered > 100, $"{refused} refused, {answered} answered");
    }

    /// <summary>Writes a database that knows two halves of IPv4 and, as version 6, the upper half of IPv6.</summary>
    private static class SmallDatabase
    {
        public static byte[] Write(int recordBits, int version, bool nested)
        {
            byte[] data = [.. Record("US", nested), .. Record("MX", nested), .. Record("DE", nested)];
            int us = 0, mx = Record("US", nested).Length, de = mx * 2;
            var nodes = version == 4 ? 1 : 97;
            uint Leaf(int offset) => (uint)(nodes + 16 + offset);
            var tree = new List<(uint Left, uint Right)>();
            if (version == 6)
                for (var i = 0u; i < 96; i++) tree.Add((i + 1, i == 0 ? Leaf(de) : (uint)nodes));
            tree.Add((Leaf(us), Leaf(mx)));

            var file = new List<byte>();
            foreach (var (left, right) in tree)
            {
                switch (recordBits)
                {
                    case 24:
                        file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                        break;
                    case 28:
                        file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(((left >> 24) << 4) | (right >> 24)), (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                        break;
                    default:
                        file.AddRange([(byte)(left >> 24), (byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(right >> 24), (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                        break;
                }
            }
            file.AddRange(new byte[16]);
            file.AddRange(data);
            file.AddRange([0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8]);
            file.AddRange([0xE4, .. Text("node_count"), 0xC1, (byte)nodes, .. Text("record_size"), 0xA1, (byte)recordBits, .. Text("ip_version"), 0xA1, (byte)version]);
            // 2026-01-02, as an unsigned 64-bit number: type 9 is written as an extended type.
            var built = (ulong)new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).ToUnixTimeSeconds();
            file.AddRange([.. Text("build_epoch"), 4, 2, (byte)(built >> 24), (byte)(built >> 16), (byte)(built >> 8), (byte)built]);
            return [.. file];
        }

        private static byte[] Record(string country, bool nested) => nested
            ? [0xE2, .. Text("city"), 0xE1, .. Text("names"), 0xE0, .. Text("country"), 0xE2, .. Text("geoname_id"), 0xC1, 7, .. Text("iso_code"), .. Text(country)]
            : [0xE1, .. Text("country_code"), .. Text(country)];

        private static byte[] Text(string text) => [(byte)(0x40 | text.Length), .. System.Text.Encoding.UTF8.GetBytes(text)];
    }
}
