namespace ClausumPanel.Assess;

/// <summary>The kinds of thing whose recent and lifetime activity is remembered.</summary>
public enum EntityKind : byte
{
    Email = 0, Customer = 1, Card = 2, Device = 3, Ip = 4, IpNetwork = 5, Phone = 6, CardBin = 7, Beneficiary = 8,
}

/// <summary>The five windows activity is counted over; each reaches back from the instant of the assessment, which itself is not counted.</summary>
public enum Window : byte
{
    TenMinutes = 0, OneHour = 1, OneDay = 2, SevenDays = 3, ThirtyDays = 4,
}

/// <summary>What is counted per entity and window.</summary>
public enum Measure : byte
{
    /// <summary>Assessments.</summary>
    Count = 0,

    /// <summary>Sum of the amounts in the currency of the assessment at hand, minor units.</summary>
    Sum = 1,

    /// <summary>Assessments that were declined.</summary>
    Declines = 2,

    /// <summary>Different e-mail addresses seen with the entity.</summary>
    Emails = 3,

    /// <summary>Different cards seen with the entity.</summary>
    Cards = 4,

    /// <summary>Different devices seen with the entity.</summary>
    Devices = 5,

    /// <summary>Different IP addresses seen with the entity.</summary>
    Ips = 6,
}

/// <summary>Names and lengths of entity kinds, windows and measures.</summary>
public static class Entities
{
    public const int Kinds = 9;
    public const int Windows = 5;
    public const int Measures = 7;

    /// <summary>The wire name of a kind, as used in fact names: <c>email</c>, <c>ip_network</c>, <c>card_bin</c>…</summary>
    public static string Name(this EntityKind kind) => kind switch
    {
        EntityKind.Email => "email",
        EntityKind.Customer => "customer",
        EntityKind.Card => "card",
        EntityKind.Device => "device",
        EntityKind.Ip => "ip",
        EntityKind.IpNetwork => "ip_network",
        EntityKind.Phone => "phone",
        EntityKind.CardBin => "card_bin",
        EntityKind.Beneficiary => "beneficiary",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The wire name of a window: <c>10m</c>, <c>1h</c>, <c>24h</c>, <c>7d</c>, <c>30d</c>.</summary>
    public static string Name(this Window window) => window switch
    {
        Window.TenMinutes => "10m",
        Window.OneHour => "1h",
        Window.OneDay => "24h",
        Window.SevenDays => "7d",
        Window.ThirtyDays => "30d",
        _ => throw new ArgumentOutOfRangeException(nameof(window)),
    };

    /// <summary>The wire name of a measure: <c>count</c>, <c>sum</c>, <c>declines</c>, <c>emails</c>…</summary>
    public static string Name(this Measure measure) => measure switch
    {
        Measure.Count => "count",
        Measure.Sum => "sum",
        Measure.Declines => "declines",
        Measure.Emails => "emails",
        Measure.Cards => "cards",
        Measure.Devices => "devices",
        Measure.Ips => "ips",
        _ => throw new ArgumentOutOfRangeException(nameof(measure)),
    };

    /// <summary>The length of a window in milliseconds.</summary>
    public static long Milliseconds(this Window window) => window switch
    {
        Window.TenMinutes => 600_000,
        Window.OneHour => 3_600_000,
        Window.OneDay => 86_400_000,
        Window.SevenDays => 604_800_000,
        Window.ThirtyDays => 2_592_000_000,
        _ => throw new ArgumentOutOfRangeException(nameof(window)),
    };
}
