using ClausumPanel.Storage;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Tests.Enrichment;

public sealed class ReferenceDataTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("panel-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_shipped_file_is_listed_with_its_entries_and_its_date()
    {
        var files = LoadedData.Shipped.Files;
        Assert.Equal(11, files.Count);
        Assert.All(files, f => Assert.True(f.Entries >= (f.Setting == "SchemeProgrammes" ? 5 : 10), $"{f.Setting}: {f.Entries}"));
        Assert.All(files, f => Assert.True(f.Date > new DateOnly(2024, 1, 1), $"{f.Setting}: {f.Date}"));
        Assert.Equal(new DateOnly(2026, 11, 24), files.Single(f => f.Setting == "HostingNetworks").Date);
        Assert.Equal(2026, files.Single(f => f.Setting == "IpCountries").Date.Year);
        Assert.All(files, f => Assert.NotNull(typeof(DataOptions).GetProperty(f.Setting)));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_with_the_setting_that_asks_for_it()
    {
        var missing = Path.Combine(_folder, "none.mmdb");
        var error = Assert.Throws<SettingException>(() => ReferenceData.Load(new DataOptions { IpCountries = missing }));
        Assert.Equal($"Reference data: there is no such file: {missing}. Set Panel__Data__IpCountries to a good file, or remove the setting to use the one that comes with the program.", error.Message);
    }

    [Theory]
    [InlineData(nameof(DataOptions.IpCountries), "not a database", "not a MaxMind DB file")]
    [InlineData(nameof(DataOptions.IpCountries), "", "not a MaxMind DB file")]
    [InlineData(nameof(DataOptions.HostingNetworks), "[aws]\n3.0.0.0/99", "'3.0.0.0/99' is not a network of a provider")]
    [InlineData(nameof(DataOptions.HostingNetworks), "3.0.0.0/9", "is not a network of a provider")]
    [InlineData(nameof(DataOptions.HostingNetworks), "# nothing", "holds no entries")]
    [InlineData(nameof(DataOptions.TimeZones), "Mexico America/Mexico_City", "'Mexico' is not a country code")]
    [InlineData(nameof(DataOptions.MexicanBanks), "BBVA 012", "is not three digits and a name")]
    [InlineData(nameof(DataOptions.NameVocabulary), "Peñalosa", "is not a word of plain lower-case letters")]
    [InlineData(nameof(DataOptions.Robots), "{", "the file cannot be used")]
    [InlineData(nameof(DataOptions.Robots), "[]", "holds no entries")]
    [InlineData(nameof(DataOptions.Robots), """[{"pattern":"(bot"}]""", "the file cannot be used")]
    [InlineData(nameof(DataOptions.Robots), """[{"pattern":"Evil(?=Bot)"}]""", "cannot be matched in linear time")]
    [InlineData(nameof(DataOptions.Robots), """[{"pattern":"(a)Evil\\1"}]""", "cannot be matched in linear time")]
    [InlineData(nameof(DataOptions.Robots), """[{"pattern":"[ab]*"}]""", "has no plain part")]
    [InlineData(nameof(DataOptions.SuspiciousTlds), "", "holds no entries")]
    [InlineData(nameof(DataOptions.SchemeProgrammes), "{", "the file cannot be used")]
    [InlineData(nameof(DataOptions.SchemeProgrammes), """{"checked":"2026-11-28","sources":{},"programmes":[]}""", "holds no entries")]
    [InlineData(nameof(DataOptions.SchemeProgrammes), """{"checked":"2026-11-28","sources":{},"programmes":[{"id":"x","scheme":"visa","name":"X","counts":"chargebacks","base":"sameMonth","limits":[]}]}""", "'x' has no limit")]
    [InlineData(nameof(DataOptions.SchemeProgrammes), """{"checked":"2026-11-28","sources":{},"programmes":[{"id":"x","scheme":"visa","name":"X","counts":"chargebacks","base":"sameMonth","limits":[{"from":"2026-01-01","level":"high","basisPoints":50,"count":1,"source":"hearsay","on":"2026-11-28"}]}]}""", "the source 'hearsay' of 'x' is not listed")]
    public void A_broken_file_is_named_with_what_is_wrong(string setting, string content, string problem)
    {
        var path = Path.Combine(_folder, "broken.txt");
        File.WriteAllText(path, content);
        var options = new DataOptions();
        typeof(DataOptions).GetProperty(setting)!.SetValue(options, path);
        var error = Assert.Throws<SettingException>(() => ReferenceData.Load(options));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains($"Panel__Data__{setting}", error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":1}")]
    [InlineData("[1,2]")]
    [InlineData("\"mailinator.com\"")]
    public void A_list_of_domains_in_JSON_is_an_array_of_texts(string content)
    {
        var path = Path.Combine(_folder, "domains.json");
        File.WriteAllText(path, content);
        Assert.Contains("not a JSON array of texts", Assert.Throws<SettingException>(() => ReferenceData.Load(new DataOptions { DisposableDomains = path })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replaced_list_counts_instead_of_the_shipped_one()
    {
        File.WriteAllLines(Path.Combine(_folder, "mine.txt"), ["# 2026-02-03", "", "  Burner.Example  "]);
        var data = ReferenceData.Load(new DataOptions { DisposableDomains = Path.Combine(_folder, "mine.txt") });
        Assert.True(data.Emails.TryLook("x@burner.example", out var mine));
        Assert.True(mine.Domain.IsDisposable);
        Assert.True(data.Emails.TryLook("x@mailinator.com", out var shipped));
        Assert.False(shipped.Domain.IsDisposable);
        Assert.Equal((1, new DateOnly(2026, 2, 3)), data.Files.Where(f => f.Setting == "DisposableDomains").Select(f => (f.Entries, f.Date)).Single());
    }
}
