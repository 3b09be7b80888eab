using System.Diagnostics;
using System.Text.Json;

namespace ClausumPanel.Web.Api;

/// <summary>One way a call can fail: its stable code, its status, and what it means. Source of the codes: Clausum documentation, reference/errors.</summary>
public sealed record Problem(int Status, string Code, string Title)
{
    /// <summary>Names the problem for good; describes it in docs/api.md.</summary>
    public string Type => $"/docs/api#{Code.ToLowerInvariant().Replace('_', '-')}";
}

/// <summary>Every problem of the API, and the one body they all have: RFC 9457's members with the documented <c>error</c> beside them.</summary>
public static class Problems
{
    public const string ContentType = "application/problem+json; charset=utf-8";

    public static readonly Problem Validation = new(400, "VALIDATION_ERROR", "The request is not valid");
    public static readonly Problem CardNumber = new(400, "CARD_NUMBER_NOT_ALLOWED", "Whole card numbers are not taken");
    public static readonly Problem InvalidType = new(400, "INVALID_TYPE", "There is no such type of list");
    public static readonly Problem InvalidSeverity = new(400, "INVALID_SEVERITY", "There is no such severity");
    public static readonly Problem KeyInQuery = new(400, "KEY_IN_QUERY_NOT_ALLOWED", "Keys in a URL end up in logs");
    public static readonly Problem Unauthorized = new(401, "UNAUTHORIZED", "The API key is missing or not valid");
    public static readonly Problem Forbidden = new(403, "FORBIDDEN", "The caller may not do this");
    public static readonly Problem SecretKeyRequired = new(403, "SECRET_KEY_REQUIRED", "This needs a server key");
    public static readonly Problem ServerKeyFromBrowser = new(403, "SERVER_KEY_FROM_BROWSER", "A server key must never be in a browser");
    public static readonly Problem OriginNotAllowed = new(403, "ORIGIN_NOT_ALLOWED", "The key may not be used from this origin");
    public static readonly Problem TokenRequired = new(403, "ANTIFORGERY_TOKEN_REQUIRED", "The call lacks the token of a page");
    public static readonly Problem NotFound = new(404, "NOT_FOUND", "There is nothing here");
    public static readonly Problem MethodNotAllowed = new(405, "METHOD_NOT_ALLOWED", "This method is not known here");
    public static readonly Problem Duplicate = new(409, "DUPLICATE", "It is there already");
    public static readonly Problem InvalidState = new(409, "INVALID_STATE", "It is not in a state that allows this");
    public static readonly Problem VersionConflict = new(409, "VERSION_CONFLICT", "Somebody else changed it first");
    public static readonly Problem IdempotencyConflict = new(409, "IDEMPOTENCY_CONFLICT", "The idempotency key stands for another body");
    public static readonly Problem IdempotencyInProgress = new(409, "IDEMPOTENCY_IN_PROGRESS", "A request with this idempotency key is still running");
    public static readonly Problem TooLarge = new(413, "PAYLOAD_TOO_LARGE", "The body is larger than 64 KiB");
    public static readonly Problem MediaType = new(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8");
    public static readonly Problem RateLimited = new(429, "RATE_LIMIT_EXCEEDED", "The key's limit is used up");
    public static readonly Problem TooManyWrongKeys = new(429, "RATE_LIMITED", "Too many wrong keys from this address");
    public static readonly Problem Internal = new(500, "INTERNAL_ERROR", "Something went wrong on our side");
    public static readonly Problem Maintenance = new(503, "ASSESS_MAINTENANCE", "Assessing is not possible at the moment");
    public static readonly Problem Timeout = new(504, "ASSESS_TIMEOUT", "The assessment took too long");

    public static IReadOnlyList<Problem> All { get; } =
    [
        Validation, CardNumber, InvalidType, InvalidSeverity, KeyInQuery, Unauthorized, Forbidden, SecretKeyRequired, ServerKeyFromBrowser, OriginNotAllowed, TokenRequired, NotFound, MethodNotAllowed, Duplicate,
        InvalidState, VersionConflict, IdempotencyConflict, IdempotencyInProgress,
        TooLarge, MediaType, RateLimited, TooManyWrongKeys, Internal, Maintenance, Timeout,
    ];

    /// <summary>Answers with the problem.</summary>
    /// <param name="detail">A sentence about this occurrence; never a type name, a path or SQL.</param>
    /// <param name="details">Written into <c>error.details</c>, an object.</param>
    public static async Task WriteAsync(HttpContext context, Problem problem, string? detail = null, Action<Utf8JsonWriter>? details = null)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.Headers.XContentTypeOptions = "nosniff";
        var message = detail ?? problem.Title + ".";
        await using (var json = new Utf8JsonWriter(response.BodyWriter))
        {
            json.WriteStartObject();
            json.WriteString("type", problem.Type);
            json.WriteString("title", problem.Title);
            json.WriteNumber("status", problem.Status);
            json.WriteString("detail", message);
            json.WriteString("traceId", Activity.Current?.Id ?? context.TraceIdentifier);
            json.WriteStartObject("error");
            json.WriteString("code", problem.Code);
            json.WriteString("message", message);
            json.WriteStartObject("details");
            details?.Invoke(json);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    /// <summary>Everything that is wrong with a request, each field by name.</summary>
    public static Task WriteAsync(HttpContext context, IReadOnlyList<FieldError> errors)
    {
        var problem = errors.Any(e => e.Code == "card_number") ? CardNumber : Validation;
        return WriteAsync(context, problem, errors[0].Reason, json =>
        {
            json.WriteString("field", errors[0].Field);
            json.WriteStartArray("fields");
            foreach (var error in errors)
            {
                json.WriteStartObject();
                json.WriteString("field", error.Field);
                json.WriteString("code", error.Code);
                json.WriteString("reason", error.Reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }
}
