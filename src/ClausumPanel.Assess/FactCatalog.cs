using System.Collections.Frozen;
using System.Runtime.CompilerServices;

namespace ClausumPanel.Assess;

/// <summary>What kind of value a fact holds, and so what it can be compared with.</summary>
public enum FactType : byte
{
    /// <summary>A word or a code.</summary>
    Text,

    /// <summary>A number without a currency.</summary>
    Number,

    /// <summary>Minor units of the assessment's currency.</summary>
    Money,

    /// <summary>Yes or no, held as 1 or 0.</summary>
    Flag,

    /// <summary>Milliseconds.</summary>
    Duration,
}

/// <summary>Where a fact comes from.</summary>
public enum FactSource : byte
{
    /// <summary>The caller's request.</summary>
    Request,

    /// <summary>Looked up in local reference data (networks, domains, ranges).</summary>
    Reference,

    /// <summary>The windows of recent activity.</summary>
    Velocity,

    /// <summary>The lifetime history of a payer, card, device or beneficiary.</summary>
    History,

    /// <summary>The block, flag, review and allow lists.</summary>
    Lists,

    /// <summary>The service itself: time, key, session.</summary>
    Service,
}

/// <summary>What a fact is about: how the catalogue is laid out for people.</summary>
public enum FactGroup : byte
{
    /// <summary>The payment itself: amount, currency, kind, channel.</summary>
    Payment,

    /// <summary>Who pays: customer, e-mail, phone.</summary>
    Payer,

    /// <summary>What is paid with.</summary>
    Card,

    /// <summary>The device and its address.</summary>
    Device,

    /// <summary>What was done on the page.</summary>
    Behavior,

    /// <summary>Billing and shipping addresses.</summary>
    Places,

    /// <summary>The beneficiary, the origin and the transfer of a payout.</summary>
    Payout,

    /// <summary>Recent activity.</summary>
    Velocity,

    /// <summary>Lifetime activity.</summary>
    History,
    Lists,

    /// <summary>The moment and the key.</summary>
    Call,
}

/// <summary>A fact's place in the catalogue: an index that stays the same for the life of the process.</summary>
public readonly record struct Fact(ushort Index)
{
    /// <summary>The catalogue row of this fact.</summary>
    public FactDefinition Definition => FactCatalog.All[Index];

    public override string ToString() => Definition.Name;
}

/// <summary>One row of the catalogue.</summary>
/// <param name="Fact">Its index.</param>
/// <param name="Name">Its stable name, as rules and stored snapshots write it: <c>email.domain</c>.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Unit">The unit of a number, or null: <c>assessments</c>, <c>0-100</c>.</param>
/// <param name="Description">What it says, in English; the panel translates the sentence.</param>
/// <param name="Path">
/// The member of a request that says it, as the API documents it: <c>device.ip</c>. Null for what no member says: what others know, and the flow, which is the address that was called.
/// </param>
public sealed record FactDefinition(Fact Fact, string Name, FactType Type, FactSource Source, string? Unit, string Description, string? Path = null)
{
    public bool IsText => Type == FactType.Text;

    /// <summary>What it is about, by the first word of its name.</summary>
    public FactGroup Group { get; } = (Name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? Name[..dot] : Name) switch
    {
        "customer" or "email" or "phone" => FactGroup.Payer,
        "payment_method" or "card" => FactGroup.Card,
        "ip" or "device" => FactGroup.Device,
        "behavior" => FactGroup.Behavior,
        "billing" or "shipping" => FactGroup.Places,
        "beneficiary" or "origin" or "payout" => FactGroup.Payout,
        "velocity" => FactGroup.Velocity,
        "history" => FactGroup.History,
        "list" or "lists" => FactGroup.Lists,
        "request" or "time" or "control" => FactGroup.Call,
        _ => FactGroup.Payment,
    };
}

/// <summary>
/// Every input a signal or a rule can read. Adding a fact is adding a row here and filling it at its source.
/// Indexes are internal to a process; stored snapshots name facts through a table of stable numbers.
/// </summary>
public static class FactCatalog
{
    // The order of the groups is the order of the reference page.
    static FactCatalog()
    {
        RuntimeHelpers.RunClassConstructor(typeof(Known).TypeHandle);
        foreach (var kind in Enum.GetValues<EntityKind>())
        foreach (var measure in Enum.GetValues<Measure>())
        foreach (var window in Enum.GetValues<Window>())
            FactTable.Add($"velocity.{kind.Name()}.{measure.Name()}_{window.Name()}", measure == Measure.Sum ? FactType.Money : FactType.Number, FactSource.Velocity,
                measure switch { Measure.Sum => null, Measure.Count or Measure.Declines => "assessments", _ => measure.Name() }, VelocityDescription(kind, measure));
        foreach (var kind in Enum.GetValues<EntityKind>())
        foreach (var part in Enum.GetValues<HistoryPart>())
            FactTable.Add($"history.{kind.Name()}.{HistoryName(part)}", HistoryType(part), FactSource.History, HistoryUnit(part), HistoryDescription(part));
        foreach (var list in Enum.GetValues<ListType>())
            FactTable.Add($"list.{ListName(list)}", FactType.Number, FactSource.Lists, "severity", "Severity of the list entries that match, as the sum of allow 1, review 2, flag 4, block 8");
        All = [.. FactTable.Rows];
        ByName = All.ToFrozenDictionary(d => d.Name, d => d.Fact, StringComparer.Ordinal);
        OfDevice = All.Where(d => d.Name.StartsWith("device.", StringComparison.Ordinal) || d.Name.StartsWith("behavior.", StringComparison.Ordinal) || d.Fact == Known.Ip || d.Fact == Known.IpNetwork || d.Fact == Known.IpProvider)
            .Select(d => d.Fact).ToFrozenSet();
    }

    /// <summary>All facts, by index.</summary>
    public static FactDefinition[] All { get; }

    /// <summary>All that a rule may ask: every one but what chance draws.</summary>
    public static IEnumerable<FactDefinition> ForRules => All.Where(d => IsForRules(d.Fact));

    /// <summary>Whether a rule may ask it.</summary>
    public static bool IsForRules(Fact fact) => fact != Known.ControlDraw;

    /// <summary>Index by name.</summary>
    public static FrozenDictionary<string, Fact> ByName { get; }

    /// <summary>What is known of the device, its address and what was done at it: kept for less long than the rest. The address's country is not one of them: figures are counted by it.</summary>
    public static FrozenSet<Fact> OfDevice { get; }

    /// <summary>The number of facts.</summary>
    public static int Count => All.Length;

    /// <summary>The fact that counts one measure of one kind of entity over one window.</summary>
    public static Fact Velocity(EntityKind kind, Measure measure, Window window) =>
        new((ushort)(Known.Count + ((((int)kind * Entities.Measures) + (int)measure) * Entities.Windows) + (int)window));

    /// <summary>One number of the lifetime history of one kind of entity.</summary>
    public static Fact History(EntityKind kind, HistoryPart part) =>
        new((ushort)(Known.Count + (Entities.Kinds * Entities.Measures * Entities.Windows) + ((int)kind * HistoryParts) + (int)part));

    /// <summary>The severities of the list entries of one type that match.</summary>
    public static Fact List(ListType type) =>
        new((ushort)(Known.Count + (Entities.Kinds * ((Entities.Measures * Entities.Windows) + HistoryParts)) + (int)type));

    /// <summary>The wire name of a list type: <c>email_domain</c>.</summary>
    public static string ListName(ListType type) => type switch
    {
        ListType.Email => "email",
        ListType.EmailDomain => "email_domain",
        ListType.IpAddress => "ip_address",
        ListType.IpRange => "ip_range",
        ListType.DeviceFingerprint => "device_fingerprint",
        ListType.CardBin => "card_bin",
        ListType.CardHash => "card_hash",
        ListType.Country => "country",
        ListType.Phone => "phone",
        ListType.CustomerId => "customer_id",
        ListType.Clabe => "clabe",
        ListType.Iban => "iban",
        ListType.AccountHash => "account_hash",
        ListType.SwiftBic => "swift_bic",
        ListType.BeneficiaryId => "beneficiary_id",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    internal const int HistoryParts = 10;

    private static string VelocityDescription(EntityKind kind, Measure measure) => measure switch
    {
        Measure.Count => "Assessments with this value in the window before this one",
        Measure.Sum => "Sum of the amounts with this value in the window before this one, same currency",
        Measure.Declines => "Declined assessments with this value in the window before this one",
        Measure.Emails => "Different e-mail addresses with this value in the window, this one included",
        Measure.Cards => "Different cards with this value in the window, this one included",
        Measure.Devices => "Different devices with this value in the window, this one included",
        Measure.Ips => "Different IP addresses with this value in the window, this one included",
        _ => throw new ArgumentOutOfRangeException(nameof(measure), measure, kind.Name()),
    };

    private static string HistoryName(HistoryPart part) => part switch
    {
        HistoryPart.Count => "count",
        HistoryPart.Approved => "approved",
        HistoryPart.Declined => "declined",
        HistoryPart.Age => "age",
        HistoryPart.SinceLast => "since_last",
        HistoryPart.AmountCount => "amount_count",
        HistoryPart.AmountMean => "amount_mean",
        HistoryPart.AmountDeviation => "amount_deviation",
        HistoryPart.Reported => "reported",
        HistoryPart.Disputed => "disputed",
        _ => throw new ArgumentOutOfRangeException(nameof(part)),
    };

    private static FactType HistoryType(HistoryPart part) => part switch
    {
        HistoryPart.Age or HistoryPart.SinceLast => FactType.Duration,
        HistoryPart.AmountMean or HistoryPart.AmountDeviation => FactType.Money,
        _ => FactType.Number,
    };

    private static string? HistoryUnit(HistoryPart part) => part switch
    {
        HistoryPart.Age or HistoryPart.SinceLast => "ms",
        HistoryPart.AmountMean or HistoryPart.AmountDeviation => null,
        _ => "assessments",
    };

    private static string HistoryDescription(HistoryPart part) => part switch
    {
        HistoryPart.Count => "Assessments with this value ever before this one",
        HistoryPart.Approved => "Approved assessments with this value ever before this one",
        HistoryPart.Declined => "Declined assessments with this value ever before this one",
        HistoryPart.Age => "Time since this value was first seen; missing when it never was",
        HistoryPart.SinceLast => "Time since this value was last seen; missing when it never was",
        HistoryPart.AmountCount => "Earlier amounts in this currency that mean and deviation are made of",
        HistoryPart.AmountMean => "Mean of the earlier amounts in this currency",
        HistoryPart.AmountDeviation => "Standard deviation of the earlier amounts in this currency",
        HistoryPart.Reported => "Assessments with this value that were reported as fraud",
        HistoryPart.Disputed => "Assessments with this value that were disputed",
        _ => throw new ArgumentOutOfRangeException(nameof(part)),
    };
}

/// <summary>The numbers a lifetime history is made of.</summary>
public enum HistoryPart : byte
{
    Count = 0, Approved = 1, Declined = 2, Age = 3, SinceLast = 4, AmountCount = 5, AmountMean = 6, AmountDeviation = 7, Reported = 8, Disputed = 9,
}

/// <summary>Collects the rows while the catalogue is built; depends on nothing, so whoever asks first gets the same order.</summary>
internal static class FactTable
{
    internal static readonly List<FactDefinition> Rows = [];

    internal static Fact Add(string name, FactType type, FactSource source, string? unit, string description, string? path = null)
    {
        var fact = new Fact((ushort)Rows.Count);
        Rows.Add(new FactDefinition(fact, name, type, source, unit, description, path));
        return fact;
    }
}
