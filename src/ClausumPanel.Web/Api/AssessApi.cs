using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Service;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Api;

/// <summary>The calls of a payment backend. Plain request delegates: nothing between the bytes and the judge.</summary>
public static class AssessApi
{
    public static void MapAssessApi(this IEndpointRouteBuilder routes)
    {
        var handler = ActivatorUtilities.CreateInstance<AssessHandler>(routes.ServiceProvider);
        var group = routes.MapGroup("/api/v1").AllowAnonymous().WithTags("Risk");
        group.MapPost("/assess", context => handler.AssessAsync(context, Flow.PayIn)).WithName("assess").WithSummary("Judge a payment").WithMetadata(new RequiresKey(KeyPermissions.Assess, "server or checkout"));
        group.MapPost("/assess/payout", context => handler.AssessAsync(context, Flow.PayOut)).WithName("assessPayout").WithSummary("Judge a payout").WithTags("Payout").WithMetadata(new RequiresKey(KeyPermissions.Assess, "server"));
        group.MapPost("/simulation/payin", context => handler.AssessAsync(context, Flow.PayIn, simulated: true)).WithName("simulatePayIn").WithSummary("Simulate a payment").WithTags("Simulation").WithMetadata(new RequiresKey(KeyPermissions.Assess, "server"));
        group.MapPost("/simulation/payout", context => handler.AssessAsync(context, Flow.PayOut, simulated: true)).WithName("simulatePayout").WithSummary("Simulate a payout").WithTags("Simulation").WithMetadata(new RequiresKey(KeyPermissions.Assess, "server"));
        group.MapPost("/assess/release", handler.ReleaseAsync).WithName("releaseAssess").WithSummary("Take an abandoned checkout out of velocity").WithMetadata(new RequiresKey(KeyPermissions.Assess, "server"));
        group.MapGet("/assess", Catalogue.PayInAsync).WithName("assessCatalog").WithSummary("What a payment request may say");
        group.MapGet("/assess/payout", Catalogue.PayOutAsync).WithName("payoutAssessCatalog").WithSummary("What a payout request may say").WithTags("Payout");
        group.MapMethods("/assess", ["OPTIONS"], handler.PreflightAsync).WithName("assessPreflight").WithSummary("May this page call?");
        group.MapGet("/health", handler.HealthAsync).WithName("health").WithSummary("Does the service take assessments?").WithTags("System");
    }

    /// <summary>Which key an endpoint wants; shown by the route manifest.</summary>
    /// <param name="OrPerson">The permission by which a person's token opens it as well.</param>
    public sealed record RequiresKey(string Permission, string Types, string? OrPerson = null)
    {
        public override string ToString() => $"{Types} key with {Permission}{(OrPerson is null ? "" : $", or {OrPerson}")}";
    }
}

internal sealed class AssessHandler(AssessService service, ApiKeys keys, ApiKeyRing ring, AssessOptions options, IOptions<PanelOptions> panel, LiveSettings settings, ServiceMetrics metrics, TimeProvider clock)
{
    private const int MostPooled = 256;
    private readonly ConcurrentBag<Workspace> _pool = [];
    private int _pooled;

    public async Task AssessAsync(HttpContext context, Flow flow, bool simulated = false)
    {
        var started = clock.GetTimestamp();
        var end = CallEnd.Failed;
        Workspace? work = null;
        using var trace = ServiceMetrics.Traces.StartActivity("assess");
        try
        {
            var headers = context.Response.Headers;
            if (flow == Flow.PayIn && !simulated) AllowOrigin(context);
            if (await keys.RequireAsync(context, KeyPermissions.Assess, serverOnly: simulated || flow == Flow.PayOut) is not { } key)
            {
                end = context.Response.StatusCode == StatusCodes.Status429TooManyRequests ? CallEnd.RateLimited : CallEnd.Unauthorized;
                return;
            }
            if (panel.Value.Maintenance && !simulated)
            {
                end = CallEnd.Unavailable;
                if (key.Type == KeyType.Server) settings.NoteTurnedAway(clock.GetUtcNow());
                context.Response.Headers.RetryAfter = "30";
                await Problems.WriteAsync(context, Problems.Maintenance, "Assessing is switched off for maintenance. Nothing was stored.");
                return;
            }
            if (await TakeAsync(context, key) is not { } quota)
            {
                end = CallEnd.RateLimited;
                return;
            }
            if (!RequestBody.IsJson(context.Request.ContentType))
            {
                end = CallEnd.Unreadable;
                await Problems.WriteAsync(context, Problems.MediaType);
                return;
            }
            work = Rent();
            var length = await RequestBody.ReadAsync(context.Request, work.Body, context.RequestAborted);
            if (length < 0)
            {
                end = CallEnd.Unreadable;
                await Problems.WriteAsync(context, Problems.TooLarge);
                return;
            }
            var body = work.Body.AsMemory(0, length);
            if (!AssessRequestReader.TryRead(body, flow, mayImportHistory: false, options.OrganizationType, work.Call.Request, work.Errors) || !TryReadKey(context, work))
            {
                end = CallEnd.Invalid;
                await Problems.WriteAsync(context, work.Errors);
                return;
            }
            if ((work.Call.IdempotencyKey ?? work.Call.Request.IdempotencyKey) is not null) work.Call.Request.Fingerprint128 = Fingerprint.Of(body.Span);
            work.Call.KeyId = key.Id;
            work.Call.KeyType = key.Type;
            work.Call.Simulated = simulated;
            work.Call.MayBeControl = key.Type == KeyType.Server && !simulated;
            work.Call.MustNameSubmerchant = true;
            work.Call.Started = started;
            var parsed = clock.GetTimestamp();
            var status = service.Transaction is { } transaction ? await transaction.RunAsync(work.Call, context.RequestAborted) : AssessStatus.Unavailable;
            end = EndOf(status, work.Call.Answer.Replayed, simulated);
            if (status == AssessStatus.Answered)
            {
                if (work.Call.Answer.Replayed)
                {
                    key.Use.GiveBack();
                    SetQuota(headers, quota with { Remaining = quota.Remaining + 1 });
                    headers["Idempotent-Replayed"] = "true";
                }
                headers["Server-Timing"] = Timing(started, parsed, work.Call.Answer.LatencyMicroseconds, work.Call.Answer.Replayed);
                if (trace is not null) Describe(trace, work.Call.Answer);
                await AnswerAsync(context, work, brief: key.Type == KeyType.Checkout);
            }
            else if (status == AssessStatus.NoSubmerchant) await Problems.WriteAsync(context, [SubmerchantsApi.Unnamed(work.Call)]);
            else await RefuseAsync(context, status);
        }
        catch (BadHttpRequestException)
        {
            end = CallEnd.Unreadable;
            throw;
        }
        finally
        {
            if (end == CallEnd.Failed && context.RequestAborted.IsCancellationRequested) end = CallEnd.Abandoned;
            metrics.Ended(end, clock.GetElapsedTime(started));
            if (end is CallEnd.Failed or CallEnd.Unavailable or CallEnd.TimedOut) trace?.SetStatus(ActivityStatusCode.Error, ServiceMetrics.Word(end));
            if (work is not null) Return(work);
        }
    }

    private static CallEnd EndOf(AssessStatus status, bool replayed, bool simulated) => status switch
    {
        AssessStatus.Answered => replayed ? CallEnd.Replayed : simulated ? CallEnd.Simulated : CallEnd.Answered,
        AssessStatus.Conflict => CallEnd.Conflict,
        AssessStatus.NoSubmerchant => CallEnd.Invalid,
        AssessStatus.InProgress => CallEnd.InProgress,
        AssessStatus.Unavailable => CallEnd.Unavailable,
        AssessStatus.TimedOut => CallEnd.TimedOut,
    };

    private static void Describe(Activity trace, AssessAnswer answer)
    {
        trace.SetTag("panel.assessment_id", answer.AssessmentId);
        trace.SetTag("panel.decision", AssessAnswerWriter.Word(answer.Decision));
        trace.SetTag("panel.score", answer.Score);
        trace.SetTag("panel.policy_version", answer.PolicyVersion);
        trace.SetTag("panel.replayed", answer.Replayed);
    }

    public async Task ReleaseAsync(HttpContext context)
    {
        if (await keys.RequireAsync(context, KeyPermissions.Assess, serverOnly: true) is not { } key) return;
        if (await TakeAsync(context, key) is null) return;
        if (!RequestBody.IsJson(context.Request.ContentType))
        {
            await Problems.WriteAsync(context, Problems.MediaType);
            return;
        }
        var work = Rent();
        try
        {
            var length = await RequestBody.ReadAsync(context.Request, work.Body, context.RequestAborted);
            if (length < 0)
            {
                await Problems.WriteAsync(context, Problems.TooLarge);
                return;
            }
            if (!TryReadSession(work.Body.AsMemory(0, length), out var session))
            {
                await Problems.WriteAsync(context, [new FieldError("session_id", "required", "session_id is required: the one an assessment was answered with.")]);
                return;
            }
            if (service.Transaction is not { } transaction)
            {
                await RefuseAsync(context, AssessStatus.Unavailable);
                return;
            }
            await transaction.ReleaseAsync(session, context.RequestAborted);
            context.Response.ContentType = "application/json; charset=utf-8";
            await context.Response.WriteAsync("""{"success":true}""", context.RequestAborted);
        }
        finally
        {
            Return(work);
        }
    }

    public Task PreflightAsync(HttpContext context)
    {
        AllowOrigin(context);
        if (context.Response.Headers.AccessControlAllowOrigin.Count > 0)
        {
            context.Response.Headers.AccessControlAllowMethods = "POST";
            context.Response.Headers.AccessControlAllowHeaders = "authorization, content-type, idempotency-key";
            context.Response.Headers.AccessControlMaxAge = "600";
        }
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public async Task HealthAsync(HttpContext context)
    {
        var trouble = panel.Value.Maintenance ? "Assessing is switched off for maintenance." : service.Trouble;
        context.Response.StatusCode = trouble is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "application/json; charset=utf-8";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter))
        {
            json.WriteStartObject();
            json.WriteString("status", trouble is null ? "ok" : "unavailable");
            json.WriteString("version", Catalogue.Version);
            json.WriteString("time", clock.GetUtcNow());
            json.WriteEndObject();
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static async Task AnswerAsync(HttpContext context, Workspace work, bool brief)
    {
        var response = context.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        work.Output.ResetWrittenCount();
        AssessAnswerWriter.Write(work.Output, work.Json, work.Call.Answer, brief);
        response.ContentLength = work.Output.WrittenCount;
        response.BodyWriter.Write(work.Output.WrittenSpan);
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, AssessStatus status)
    {
        switch (status)
        {
            case AssessStatus.Conflict:
                return Problems.WriteAsync(context, Problems.IdempotencyConflict, "This idempotency key was used for another body in the last 24 hours. Nothing was stored.");
            case AssessStatus.InProgress:
                context.Response.Headers.RetryAfter = "1";
                return Problems.WriteAsync(context, Problems.IdempotencyInProgress);
            case AssessStatus.TimedOut:
                context.Response.Headers.RetryAfter = "1";
                return Problems.WriteAsync(context, Problems.Timeout, "Try again with the same idempotency key: if this one was stored after all, you get its answer.");
            default:
                context.Response.Headers.RetryAfter = "1";
                return Problems.WriteAsync(context, Problems.Maintenance, "Nothing was stored. Try again with the same idempotency key.");
        }
    }

    private static bool TryReadKey(HttpContext context, Workspace work)
    {
        work.Call.IdempotencyKey = null;
        var header = context.Request.Headers["Idempotency-Key"];
        if (header.Count == 0) return true;
        var key = header.ToString();
        if (header.Count == 1 && key.Length is >= 1 and <= 255 && !key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            work.Call.IdempotencyKey = key;
            return true;
        }
        work.Errors.Add(new FieldError("Idempotency-Key", "format", "Idempotency-Key must be 1 to 255 visible ASCII characters."));
        return false;
    }

    private static bool TryReadSession(ReadOnlyMemory<byte> body, out string session)
    {
        session = "";
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("session_id", out var value) || value.ValueKind != JsonValueKind.String) return false;
            session = value.GetString()!;
            return session.Length is > 0 and <= 128;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A page may call if some checkout key names its origin; never with cookies.</summary>
    private void AllowOrigin(HttpContext context)
    {
        var origin = context.Request.Headers.Origin;
        if (origin.Count == 0) return;
        context.Response.Headers.Vary = "Origin";
        if (!ring.AllowsOrigin(origin.ToString())) return;
        context.Response.Headers.AccessControlAllowOrigin = origin;
        context.Response.Headers.AccessControlExposeHeaders = "X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After";
    }

    /// <summary>Takes one call of the key's limit. When there is none left it has answered already and gives null.</summary>
    private ValueTask<Quota?> TakeAsync(HttpContext context, ApiKeyInfo key)
    {
        var quota = key.Use.Take(clock.GetUtcNow(), key.PerMinute, key.PerDay);
        SetQuota(context.Response.Headers, quota);
        return quota.Allowed ? new(quota) : RefuseAsync(context, quota);
    }

    private async ValueTask<Quota?> RefuseAsync(HttpContext context, Quota quota)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, quota.Reset - clock.GetUtcNow().ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture);
        await Problems.WriteAsync(context, Problems.RateLimited);
        return null;
    }

    private static void SetQuota(IHeaderDictionary headers, in Quota quota)
    {
        headers["X-RateLimit-Remaining"] = quota.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = quota.Reset.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>In whole microseconds, so that no fraction has to be rounded into a shortest form.</summary>
    private string Timing(long started, long parsed, int decided, bool replayed)
    {
        var parse = (int)clock.GetElapsedTime(started, parsed).TotalMicroseconds;
        var total = (int)clock.GetElapsedTime(started).TotalMicroseconds;
        var text = new DefaultInterpolatedStringHandler(48, 6, CultureInfo.InvariantCulture, stackalloc char[96]);
        Append(ref text, "parse", parse);
        text.AppendLiteral(", ");
        if (replayed) Append(ref text, "replay", total - parse);
        else
        {
            Append(ref text, "assess", decided - parse);
            text.AppendLiteral(", ");
            Append(ref text, "store", total - decided);
        }
        return text.ToStringAndClear();

        static void Append(ref DefaultInterpolatedStringHandler text, string part, int microseconds)
        {
            text.AppendLiteral(part);
            text.AppendLiteral(";dur=");
            text.AppendFormatted(microseconds / 1000);
            text.AppendLiteral(".");
            text.AppendFormatted(microseconds % 1000, "000");
        }
    }

    private Workspace Rent()
    {
        if (!_pool.TryTake(out var work)) return new Workspace();
        Interlocked.Decrement(ref _pooled);
        return work;
    }

    private void Return(Workspace work)
    {
        if (!work.Call.IsReusable || Volatile.Read(ref _pooled) >= MostPooled) return;
        Interlocked.Increment(ref _pooled);
        _pool.Add(work);
    }

    /// <summary>What one request needs, kept for the next.</summary>
    private sealed class Workspace
    {
        public byte[] Body { get; } = new byte[RequestBody.Most];
        public AssessCall Call { get; } = new();
        public List<FieldError> Errors { get; } = [];
        public System.Buffers.ArrayBufferWriter<byte> Output { get; } = new(2048);
        public Utf8JsonWriter Json { get; } = new(new System.Buffers.ArrayBufferWriter<byte>());
    }
}
