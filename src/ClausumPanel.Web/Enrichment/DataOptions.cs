namespace ClausumPanel.Web.Enrichment;

/// <summary>
/// Where the reference data lies. Every file can be replaced by setting <c>Panel__Data__NAME</c> to another one of the same format;
/// a path that is not absolute is taken from <see cref="Folder"/>.
/// </summary>
public sealed class DataOptions
{
    public const string Section = "Panel:Data";

    /// <summary>The folder the files below lie in; by default <c>data</c> beside the program.</summary>
    public string Folder { get; set; } = Path.Combine(AppContext.BaseDirectory, "data");

    /// <summary>MaxMind DB (MMDB) with the country of every network.</summary>
    public string IpCountries { get; set; } = "lib/iptoasn-country/iptoasn-country.mmdb";

    /// <summary>Networks of hosting providers, in CIDR form.</summary>
    public string HostingNetworks { get; set; } = "hosting-networks.txt";

    /// <summary>Domains of throw-away mailboxes: a JSON array, or one domain a line.</summary>
    public string DisposableDomains { get; set; } = "lib/disposable-email-domains/dist/dict/disposable_email_blocklist.json";

    /// <summary>Domains of free mail providers: a JSON array, or one domain a line. What is disposable does not count as free.</summary>
    public string FreeDomains { get; set; } = "lib/free-email-domains/domains.json";

    /// <summary>Free mail providers that the general list lacks, one a line.</summary>
    public string MoreFreeDomains { get; set; } = "free-email-domains-more.txt";

    /// <summary>Top-level domains that abuse prefers, one a line.</summary>
    public string SuspiciousTlds { get; set; } = "suspicious-tlds.txt";

    /// <summary>Words from which the service learns what an ordinary name looks like.</summary>
    public string NameVocabulary { get; set; } = "name-vocabulary.txt";

    /// <summary>User agents of robots: a JSON array of objects with a <c>pattern</c>.</summary>
    public string Robots { get; set; } = "lib/crawler-user-agents/crawler-user-agents.json";

    /// <summary>A country a line, then its time zones.</summary>
    public string TimeZones { get; set; } = "time-zones.txt";

    /// <summary>A three-digit CLABE prefix a line, then the institution.</summary>
    public string MexicanBanks { get; set; } = "mexican-banks.txt";

    /// <summary>The card schemes' programmes that watch merchants, each limit with the day from which it holds.</summary>
    public string SchemeProgrammes { get; set; } = "scheme-programmes.json";
}
