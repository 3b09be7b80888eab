using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>A setting that people may change in the panel.</summary>
/// <param name="Name">As it is stored and audited.</param>
/// <param name="Configured">Where the operator may say it; what is said there wins.</param>
public sealed record LiveSetting(string Name, string Configured)
{
    public static readonly LiveSetting
        Organization = new("organization", "Panel:Organization"),
        OrganizationType = new("organization-type", "Panel:OrganizationType"),
        Language = new("language", "Panel:Language"),
        TimeZone = new("time-zone", "Panel:TimeZone"),
        FourEyes = new("four-eyes", "Panel:Protection:FourEyes"),
        SecondFactor = new("second-factor", "Panel:Security:RequireSecondFactor"),
        Maintenance = new("maintenance", "Panel:Maintenance"),
        ChallengeAsks = new("challenge-asks", "Panel:Reviews:ChallengeAsks");

    public static IReadOnlyList<LiveSetting> All => field ??= [Organization, OrganizationType, Language, TimeZone, FourEyes, SecondFactor, Maintenance, ChallengeAsks, .. RetentionTerm.All.Select(t => t.Setting)];

    /// <summary>The setting's name in the environment.</summary>
    public string InTheEnvironment => Settings.InTheEnvironment(Configured);
}

/// <summary>
/// What people set in the panel, laid over what holds otherwise; what the operator says in the environment or in appsettings.json wins over both. The options that everybody reads are
/// written here when a setting changes, on every running server within a quarter of a second.
/// </summary>
public sealed class LiveSettings : IFollowChanges
{
    private const string Prefix = "panel.", FailOpenName = "panel.fail-open-tested";
    private readonly IConfiguration _configuration;
    private readonly PanelOptions _panel;
    private readonly AssessOptions _assess;
    private readonly ProtectionOptions _protection;
    private readonly ReviewOptions _reviews;
    private readonly RetentionTerms _terms;
    private readonly bool _requiresByDefault;
    private readonly Dictionary<LiveSetting, string> _usual;
    private int _turnedAway;
    private long _turnedAwayAt;

    public LiveSettings(IConfiguration configuration, IOptions<PanelOptions> panel, AssessOptions assess, IOptions<ProtectionOptions> protection, IOptions<SecurityOptions> security, IOptions<ReviewOptions> reviews, RetentionTerms terms)
    {
        (_configuration, _panel, _assess, _protection, _requiresByDefault, _reviews, _terms) = (configuration, panel.Value, assess, protection.Value, security.Value.RequireSecondFactor == true, reviews.Value, terms);
        SecondFactorRoles = UsualSecondFactor();
        _usual = LiveSetting.All.ToDictionary(s => s, Now);
    }

    public string Topic => ChangeTopics.Settings;

    /// <summary>The roles that must have a second factor before anything else.</summary>
    public IReadOnlySet<Role> SecondFactorRoles { get; private set; }

    /// <summary>How many calls of servers this maintenance has turned away, in this process.</summary>
    public int TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>The operator said it, so it cannot be changed here.</summary>
    public bool IsFixed(LiveSetting setting) => _configuration[setting.Configured] is { Length: > 0 };

    /// <summary>What holds now, as it would be stored.</summary>
    public string Now(LiveSetting setting) => setting.Name switch
    {
        "organization" => _panel.Organization,
        "organization-type" => _assess.OrganizationType,
        "language" => _panel.Language,
        "time-zone" => _panel.TimeZone,
        "four-eyes" => _protection.FourEyes.ToString(),
        "second-factor" => string.Join(' ', SecondFactorRoles.Order().Select(r => r.Name())),
        "maintenance" => _panel.Maintenance ? "on" : "off",
        "challenge-asks" => _reviews.ChallengeAsks,
        _ when RetentionTerm.Of(setting) is { } term => _terms.Now(term),
        _ => throw new ArgumentOutOfRangeException(nameof(setting), setting.Name, null),
    };

    /// <summary>A server's call was turned away because of maintenance: it has seen what it is like when nobody answers.</summary>
    public void NoteTurnedAway(DateTimeOffset now)
    {
        Interlocked.Increment(ref _turnedAway);
        Volatile.Write(ref _turnedAwayAt, now.ToUnixTimeMilliseconds());
    }

    public async Task ReloadAsync(PanelDb db, CancellationToken stop)
    {
        var stored = await db.Settings.AsNoTracking().Where(s => s.Name.StartsWith(Prefix)).ToDictionaryAsync(s => s.Name[Prefix.Length..], s => s.Value, stop);
        foreach (var setting in LiveSetting.All)
            if (!IsFixed(setting)) Apply(setting, stored.GetValueOrDefault(setting.Name) ?? _usual[setting]);
    }

    /// <summary>Stores what differs from what holds now, tells the audit trail, and lets every server know. What the operator has fixed stays.</summary>
    public async Task SaveAsync(PanelDb db, IReadOnlyDictionary<LiveSetting, string> wanted, Actor who, DateTimeOffset now, CancellationToken stop)
    {
        var changed = wanted.Where(w => !IsFixed(w.Key) && w.Value != Now(w.Key)).ToList();
        if (changed.Count == 0) return;
        await using (var transaction = await db.Database.BeginTransactionAsync(stop))
        {
            await db.RaiseAsync(ChangeTopics.Settings, stop);
            foreach (var (setting, value) in changed)
            {
                await StoreAsync(db, Prefix + setting.Name, value, now, stop);
                db.Audit(who, AuditActions.SettingChanged, now, "setting", setting.Name, new { Value = Now(setting) }, new { Value = value });
            }
            if (changed.Any(c => c.Key == LiveSetting.Maintenance && c.Value == "off") && TurnedAway > 0)
                await StoreAsync(db, FailOpenName, JsonSerializer.Serialize(new FailOpenTest(DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _turnedAwayAt)), TurnedAway)), now, stop);
            await db.SaveChangesAsync(CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }
        if (changed.Any(c => c.Key == LiveSetting.Maintenance)) Interlocked.Exchange(ref _turnedAway, 0);
        await ReloadAsync(db, CancellationToken.None);
    }

    /// <summary>The last time that calls met a panel in maintenance; null: never.</summary>
    public static async Task<FailOpenTest?> FailOpenTestAsync(PanelDb db, CancellationToken stop) =>
        await db.Settings.AsNoTracking().SingleOrDefaultAsync(s => s.Name == FailOpenName, stop) is { } stored ? JsonSerializer.Deserialize<FailOpenTest>(stored.Value) : null;

    private void Apply(LiveSetting setting, string value)
    {
        switch (setting.Name)
        {
            case "organization": _panel.Organization = value; break;
            case "organization-type": _assess.OrganizationType = value; break;
            case "language": _panel.Language = value; break;
            case "time-zone" when TimeZoneInfo.TryFindSystemTimeZoneById(value, out _): (_panel.TimeZone, _assess.TimeZone) = (value, value); break;
            case "four-eyes" when Enum.TryParse<FourEyes>(value, out var eyes): _protection.FourEyes = eyes; break;
            case "second-factor": SecondFactorRoles = value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Roles.TryParse(word, out var role) ? role : (Role?)null).OfType<Role>().ToHashSet(); break;
            case "maintenance": _panel.Maintenance = value == "on"; break;
            case "challenge-asks": _reviews.ChallengeAsks = value; break;
            default:
                if (RetentionTerm.Of(setting) is { } term) _terms.Apply(term, value);
                break;
        }
    }

    private HashSet<Role> UsualSecondFactor() => _requiresByDefault ? [.. Permissions.Matrix[Permissions.NeedsSecondFactor]] : [];

    internal static async Task StoreAsync(PanelDb db, string name, string value, DateTimeOffset now, CancellationToken stop)
    {
        if (await db.Settings.SingleOrDefaultAsync(s => s.Name == name, stop) is { } stored) (stored.Value, stored.ChangedAt) = (value, now);
        else db.Settings.Add(new PanelSetting { Name = name, Value = value, ChangedAt = now });
    }
}

/// <summary>Calls that met a panel in maintenance.</summary>
/// <param name="At">When the last one did.</param>
/// <param name="Calls">How many there were.</param>
public sealed record FailOpenTest(DateTimeOffset At, int Calls);
