using System.Globalization;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Api;

/// <summary>What a server says became of a dispute; null: nothing of that.</summary>
internal sealed record DisputeChange
{
    public DisputeStage? Stage { get; init; }
    public DateTimeOffset? RespondBy { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    public DisputeOutcome? Outcome { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public long? Recovered { get; init; }

    /// <summary>The one the server read; null: whichever.</summary>
    public int? Version { get; init; }

    /// <summary>It was answered or closed, and is back at a further stage with a new date.</summary>
    public bool Reopens { get; init; }

    public DisputeStanding Standing => new(Stage, RespondBy, AnsweredAt, Reopens);
}

/// <summary>Reads the bodies of <see cref="DisputesApi"/>.</summary>
internal static class DisputeBody
{
    /// <summary>What a new dispute may say; its outcome comes later.</summary>
    private static readonly string[] Names = [.. DisputeItem.Names.Except(["outcome", "closed_at", "recovered"])];

    /// <returns>Null when something is wrong; the body has collected it.</returns>
    public static DisputeItem? ReadNew(JsonBody body, DateTimeOffset now)
    {
        var values = new Dictionary<string, string>();
        foreach (var name in Names)
        {
            var text = name == "amount" ? body.Minor(name)?.ToString(CultureInfo.InvariantCulture) : body.Text(name, name == "notes" ? Dispute.LongestNotes : 200);
            if (text is not null) values[name] = text;
        }
        var provider = ListTexts.Clean(body.Text("provider", Dispute.LongestProvider))?.ToLowerInvariant();
        foreach (var name in (string[])["outcome", "closed_at", "recovered"])
            if (body.Has(name)) body.Wrong(name, "unknown", $"{name} is told with PATCH /api/v1/disputes/{{id}}, once the dispute is there.");
        if (!body.Has("external_id") && !body.Has("arn")) body.Wrong("external_id", "required", "external_id or arn is required: by it a repeated call is known to be of the same dispute.");
        var errors = new List<FieldError>();
        var item = DisputeItem.Read(values, TimeZoneInfo.Utc, now, errors);
        foreach (var error in errors)
            if (!body.Errors.Exists(e => e.Field == error.Field)) body.Wrong(error.Field, error.Code is "minor" or "moment" ? "format" : error.Code, Reason(error));
        return body.Errors.Count == 0 ? item! with { Provider = provider } : null;
    }

    public static DisputeChange ReadChange(JsonBody body, Dispute found, DateTimeOffset now)
    {
        var change = new DisputeChange
        {
            Stage = body.Word("stage", t => DisputeWords.Find<DisputeStage>(t)), RespondBy = Day(body, "respond_by", isEnd: true), AnsweredAt = Day(body, "answered_at", isEnd: false),
            Outcome = body.Word("outcome", t => DisputeWords.Find<DisputeOutcome>(t)), ClosedAt = Day(body, "closed_at", isEnd: false), Recovered = body.Minor("recovered"), Version = body.Version("dispute"),
        };
        var (isMoved, isClosed) = (body.Has("stage") || body.Has("respond_by") || body.Has("answered_at"), body.Has("outcome"));
        if (!isMoved && !isClosed && body.Errors.Count == 0) body.Wrong("outcome", "required", "Name what became of it: stage, respond_by, answered_at or outcome.");
        if (isMoved && isClosed) body.Wrong("outcome", "alone", "outcome comes without stage, respond_by and answered_at.");
        if (!isClosed)
            foreach (var name in (string[])["closed_at", "recovered"])
                if (body.Has(name)) body.Wrong(name, "alone", $"{name} goes with an outcome.");
        if (change.ClosedAt > now) body.Wrong("closed_at", "range", "closed_at lies in the future.");
        if (change.AnsweredAt > now) body.Wrong("answered_at", "range", "answered_at lies in the future.");
        if (change.Recovered > found.Amount) body.Wrong("recovered", "range", "recovered is more than the amount disputed.");
        if (change.RespondBy < found.ReceivedAt) body.Wrong("respond_by", "range", "respond_by lies before the dispute was received.");
        var reopens = change.Stage is not null && (found.State == DisputeState.Closed || (found.State == DisputeState.Answered && change.Stage > found.Stage));
        if (!reopens) return change;
        if (change.RespondBy is null) body.Wrong("respond_by", "required", "respond_by is required: a dispute that comes back has a new date.");
        else if (change.RespondBy < now) body.Wrong("respond_by", "range", "respond_by lies in the past.");
        return change with { Reopens = true };
    }

    /// <summary>A moment, or a day; a day that ends something ends with its last minute, in UTC.</summary>
    private static DateTimeOffset? Day(JsonBody body, string name, bool isEnd) => body.Word<DateTimeOffset>(name, t => DisputeWords.Moment(t, TimeZoneInfo.Utc, isEnd), "format");

    private static string Reason(FieldError error) => (error.Field, error.Code) switch
    {
        ("arn", "format") => "arn has 23 digits.",
        ("scheme", "unknown") => $"scheme is one of {Words<CardScheme>()}.",
        ("stage", "unknown") => $"stage is one of {Words<DisputeStage>()}.",
        ("reason_code", "format") => "reason_code is the scheme's own, as in 10.4 or 4837.",
        ("currency", _) when error.Code != "required" => "currency must be a currency of ISO 4217, as in MXN.",
        ("amount", "range") => "amount is more than 0, in minor units.",
        ("received_at", "range") => "received_at lies in the future.",
        ("respond_by", "range") => "respond_by lies before received_at.",
        (var field, "required") => $"{field} is required.",
        (var field, "moment") => $"{field} must be RFC 3339, as in 2027-01-31T18:00:00Z, or a day, as in 2027-01-31.",
        (var field, "length") => $"{field} is too long.",
        var (field, _) => $"{field} is not written as it must be.",
    };

    private static string Words<T>() where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(v => v.SnakeWord()));
}
