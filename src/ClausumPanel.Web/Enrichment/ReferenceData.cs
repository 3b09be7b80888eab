using System.Diagnostics;
using ClausumPanel.Storage.Schemes;

namespace ClausumPanel.Web.Enrichment;

/// <summary>Everything an assessment is enriched from: local files, loaded once when the service starts and never changed afterwards.</summary>
public sealed class ReferenceData
{
    private ReferenceData(IpAddresses ips, EmailAddresses emails, UserAgents userAgents, TimeZones timeZones, MexicanBanks mexicanBanks, SchemeProgrammes programmes, IReadOnlyList<DataFile> files, TimeSpan loadTime) =>
        (Ips, Emails, UserAgents, TimeZones, MexicanBanks, Programmes, Files, LoadTime) = (ips, emails, userAgents, timeZones, mexicanBanks, programmes, files, loadTime);

    public IpAddresses Ips { get; }
    public EmailAddresses Emails { get; }
    public UserAgents UserAgents { get; }
    public TimeZones TimeZones { get; }
    public MexicanBanks MexicanBanks { get; }

    /// <summary>No assessment asks them: the panel counts by them.</summary>
    public SchemeProgrammes Programmes { get; }

    /// <summary>The files that were loaded, for the status page.</summary>
    public IReadOnlyList<DataFile> Files { get; }

    public TimeSpan LoadTime { get; }

    /// <summary>Reads all files, several at a time.</summary>
    /// <exception cref="Storage.SettingException">A file is missing or cannot be used; the message names the setting and says what to do.</exception>
    public static ReferenceData Load(DataOptions options)
    {
        var started = Stopwatch.GetTimestamp();
        var geo = Start(() => DataFile.Read(options, nameof(options.IpCountries), options.IpCountries, path =>
        {
            var opened = GeoIp.Open(path);
            return (opened, opened.Entries, opened.Built);
        }));
        var robots = Start(() => DataFile.Read(options, nameof(options.Robots), options.Robots, path =>
        {
            var patterns = UserAgents.ReadPatterns(path);
            return (new UserAgents(patterns), patterns.Count, default(DateOnly?));
        }));
        var free = Start(() => Domains(options, nameof(options.FreeDomains), options.FreeDomains));
        var disposable = Start(() => Domains(options, nameof(options.DisposableDomains), options.DisposableDomains));
        var hosting = Start(() => Lines(options, nameof(options.HostingNetworks), options.HostingNetworks, HostingNetworks.Parse, h => h.Count));
        var names = Start(() => DataFile.Read(options, nameof(options.NameVocabulary), options.NameVocabulary, path =>
        {
            var (lines, date) = DataFile.Lines(path);
            string[] words = [.. lines.SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
            return (new NameModel(words), words.Length, date);
        }));
        var moreFree = Domains(options, nameof(options.MoreFreeDomains), options.MoreFreeDomains);
        var suspicious = Domains(options, nameof(options.SuspiciousTlds), options.SuspiciousTlds);
        var zones = Lines(options, nameof(options.TimeZones), options.TimeZones, TimeZones.Parse, z => z.Count);
        var banks = Lines(options, nameof(options.MexicanBanks), options.MexicanBanks, MexicanBanks.Parse, b => b.Count);
        var programmes = DataFile.Read(options, nameof(options.SchemeProgrammes), options.SchemeProgrammes, path =>
        {
            var read = SchemeProgrammes.Read(path);
            return (read, read.Programmes.Sum(p => p.Limits.Count), (DateOnly?)read.Checked);
        });

        free.GetAwaiter().GetResult().Content.UnionWith(moreFree.Content);
        var domains = new EmailDomains(disposable.GetAwaiter().GetResult().Content, free.Result.Content, suspicious.Content);
        return new ReferenceData(
            new IpAddresses(geo.GetAwaiter().GetResult().Content, hosting.GetAwaiter().GetResult().Content), new EmailAddresses(domains, names.GetAwaiter().GetResult().Content),
            robots.GetAwaiter().GetResult().Content, zones.Content, banks.Content, programmes.Content,
            [geo.Result.File, hosting.Result.File, disposable.Result.File, free.Result.File, moreFree.File, suspicious.File, names.Result.File, robots.Result.File, zones.File, banks.File, programmes.File],
            Stopwatch.GetElapsedTime(started));
    }

    private static Task<T> Start<T>(Func<T> read) => Task.Run(read);

    private static (HashSet<string> Content, DataFile File) Domains(DataOptions options, string setting, string path) => DataFile.Read(options, setting, path, full =>
    {
        var (texts, date) = DataFile.Texts(full);
        var domains = new HashSet<string>(texts.Count, StringComparer.Ordinal);
        foreach (var text in texts) domains.Add(text.Trim().TrimStart('.').ToLowerInvariant());
        return (domains, domains.Count, date);
    });

    private static (T Content, DataFile File) Lines<T>(DataOptions options, string setting, string path, Func<IEnumerable<string>, T> parse, Func<T, int> count) => DataFile.Read(options, setting, path, full =>
    {
        var (lines, date) = DataFile.Lines(full);
        var content = parse(lines);
        return (content, count(content), date);
    });
}
