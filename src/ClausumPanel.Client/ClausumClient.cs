using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Client;

/// <summary>
/// Asks the panel. An assessment is in a buyer's way, so it answers in time whatever happens: it tries twice under one idempotency key, then decides as
/// <see cref="ClausumOptions.WhenUnavailable"/> says, or <see cref="ClausumOptions.WhenRefused"/> where the panel answers but does not take the request. Made by <c>services.AddClausum(…)</c>.
/// </summary>
public sealed partial class ClausumClient(HttpClient http, IOptions<ClausumOptions> options, TimeProvider clock, ILogger<ClausumClient> log)
{
    private const string Timeout = "timeout", Network = "network", Answer = "answer";

    /// <summary>Judges a payment. Throws nothing but an <see cref="OperationCanceledException"/> when <paramref name="stop"/> says so.</summary>
    /// <param name="payment">What is known of it.</param>
    /// <param name="idempotencyKey">Names this attempt to pay, so that asking again changes nothing; one is made when left out.</param>
    /// <param name="stop">The buyer went away.</param>
    public async Task<Verdict> AssessAsync(AssessRequest payment, string? idempotencyKey = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var (settings, key, started) = (options.Value, idempotencyKey ?? Guid.CreateVersion7().ToString(), clock.GetTimestamp());
        var (failure, stands) = (Timeout, settings.WhenUnavailable);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var left = settings.Timeout - clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) break;
            if (attempt == 1 && settings.FirstAttempt < left) left = settings.FirstAttempt;
            var (verdict, refused, again, isWrong) = await TryAsync(payment, key, left, stop);
            if (verdict is not null) return verdict;
            (failure, stands) = (refused, isWrong ? settings.WhenRefused : settings.WhenUnavailable);
            if (!again) break;
            if (attempt == 1 && settings.Pause > TimeSpan.Zero) await Task.Delay(settings.Pause, clock, stop);
        }
        NoAnswer(log, failure, stands);
        return new Verdict { Decision = stands, SessionId = payment.SessionId, IsDegraded = true, Failure = failure };
    }

    /// <summary>Says that a payment was fraud. Its lists, its case and its label are written before this returns.</summary>
    /// <param name="report">Which payment, and how.</param>
    /// <param name="idempotencyKey">Names this report, so that sending it again changes nothing; one is made when left out.</param>
    /// <param name="stop">Gives up waiting.</param>
    /// <exception cref="ClausumException">The panel refused it, or could not be reached.</exception>
    public async Task<FraudReported> ReportFraudAsync(FraudReport report, string? idempotencyKey = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        try
        {
            using var request = Request("/api/v1/report-fraud", report, ClausumJson.Default.FraudReport, idempotencyKey ?? Guid.CreateVersion7().ToString());
            using var answer = await http.SendAsync(request, stop);
            if (answer.IsSuccessStatusCode) return (await answer.Content.ReadFromJsonAsync(ClausumJson.Default.FraudReported, stop))!;
            var problem = await ProblemAsync(answer, stop);
            throw new ClausumException(problem.Code ?? $"HTTP_{(int)answer.StatusCode}", (int)answer.StatusCode, problem.Message ?? "The panel refused the report.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new ClausumException("UNREACHABLE", null, "The panel could not be reached, or its answer could not be read.", e);
        }
    }

    private async Task<(Verdict? Verdict, string Failure, bool Again, bool IsWrong)> TryAsync(AssessRequest payment, string key, TimeSpan within, CancellationToken stop)
    {
        using var late = new CancellationTokenSource(within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            using var request = Request("/api/v1/assess", payment, ClausumJson.Default.AssessRequest, key);
            using var answer = await http.SendAsync(request, either.Token);
            if (answer.IsSuccessStatusCode)
            {
                var verdict = await answer.Content.ReadFromJsonAsync(ClausumJson.Default.Verdict, either.Token);
                return verdict is null ? (null, Answer, false, false) : (verdict with { IsReplay = answer.Headers.Contains("Idempotent-Replayed") }, "", false, false);
            }
            var problem = await ProblemAsync(answer, either.Token);
            Refused(log, (int)answer.StatusCode, problem.Code, problem.Message);
            var again = answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout || problem.Code == "IDEMPOTENCY_IN_PROGRESS";
            return (null, problem.Code ?? $"HTTP_{(int)answer.StatusCode}", again, !again && (int)answer.StatusCode is 400 or 409 or 413 or 422 or 429);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, Timeout, true, false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, Network, true, false);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return (null, Answer, false, false);
        }
    }

    private static HttpRequestMessage Request<T>(string path, T body, JsonTypeInfo<T> type, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, type) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return request;
    }

    private static async Task<ProblemError> ProblemAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        try
        {
            return (await answer.Content.ReadFromJsonAsync(ClausumJson.Default.ProblemBody, stop))?.Error ?? new ProblemError(null, null);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return new ProblemError(null, null);            // a proxy between us answered
        }
    }

    [LoggerMessage(LogLevel.Warning, "The panel refused an assessment: {Status} {Code} {Reason}")]
    private static partial void Refused(ILogger logger, int status, string? code, string? reason);

    [LoggerMessage(LogLevel.Warning, "A payment was not assessed ({Failure}) and counts as {Decision}")]
    private static partial void NoAnswer(ILogger logger, string failure, Decision decision);
}
