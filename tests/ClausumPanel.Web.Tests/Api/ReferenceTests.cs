using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

/// <summary>What we say about the API is what it does.</summary>
public sealed partial class ReferenceTests(ApiApp app) : IClassFixture<ApiApp>
{
    [GeneratedRegex("case \"([a-z0-9_]+)\":")]
    private static partial Regex ReadName();

    private static string Repository([CallerFilePath] string test = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(test)!, "../../.."));

    private static string Written { get; } = File.ReadAllText(Path.Combine(Repository(), "docs/api.md"));

    private static IReadOnlyList<string> RequestFields { get; } =
        [.. new[] { "PaymentRequest", "PayoutRequest" }.SelectMany(name => ApiReference.Fields(ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(name))).Select(f => f.Path).Distinct()];

    [Fact]
    public void Every_problem_has_its_place_in_what_is_written()
    {
        foreach (var problem in Problems.All)
        {
            Assert.Contains($"<a id=\"{problem.Type.Split('#')[1]}\"></a>\n### {problem.Status} `{problem.Code}`", Written, StringComparison.Ordinal);
            Assert.Contains(problem.Code, string.Join(' ', ApiReference.Operations.SelectMany(o => o.Responses).Append(("404", "NOT_FOUND METHOD_NOT_ALLOWED")).Select(r => r.Item2)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_field_that_is_read_is_written_about_and_described()
    {
        var reader = string.Concat(Directory.GetFiles(Path.Combine(Repository(), "src/ClausumPanel.Web/Api"), "AssessRequestReader*.cs").Select(File.ReadAllText));
        var read = ReadName().Matches(reader).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(read.Count > 45, $"only {read.Count} names were found in the reader");
        var described = RequestFields.SelectMany(f => f.Split('.')).Distinct().ToList();
        Assert.Empty(read.Except(described));
        Assert.Empty(described.Except(read));
        foreach (var field in RequestFields.Where(f => !RequestFields.Any(other => other.StartsWith(f + ".", StringComparison.Ordinal)) || f == "metadata")) Assert.Contains($"| `{field}` |", Written, StringComparison.Ordinal);
    }

    public static TheoryData<string> Checked => [.. RequestFields.Where(f => f is not "metadata.order_id" and not "metadata.channel")];

    [Theory, MemberData(nameof(Checked))]
    public async Task A_described_field_is_one_that_is_checked(string field)
    {
        var shop = await Shop.OpenAsync(app);
        var answer = await shop.PayoutAsync(Shop.With(Shop.Minimum, field, "[[]]"));
        Assert.Contains(answer.MustRefuse(400, "VALIDATION_ERROR").Complaints, c => c.StartsWith(field + " ", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_route_is_described_and_every_described_route_is_there()
    {
        var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.TrimStart('/') is var path && (path.StartsWith("api/v1/", StringComparison.Ordinal) || path.StartsWith("api/webhooks/", StringComparison.Ordinal)))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Where(m => m != "OPTIONS").Select(m => $"{m} /{e.RoutePattern.RawText!.TrimStart('/')} {e.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName} {e.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IEndpointSummaryMetadata>()!.Summary}"));
        Assert.Equal(routes.Order(StringComparer.Ordinal), ApiReference.Operations.Select(o => $"{o.Method} {o.Path} {o.Id} {o.Summary}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_promised_changes_only_on_purpose()
    {
        var lines = ApiReference.Operations.SelectMany(o => (string[])
        [
            $"{o.Method} {o.Path} ({string.Join(", ", o.Keys)}) {string.Join(' ', o.Responses.Select(r => r.Status))}",
            .. o.Request is { } request ? ApiReference.Fields(request.GetProperty("schema")).Select(f => $"  > {Line(f)}") : [],
            .. ApiReference.Fields(o.Answer.GetProperty("schema")).Select(f => $"  < {Line(f)}"),
        ]);
        GoldenFile.Matches("OpenApi.txt", string.Join('\n', lines));

        static string Line(ApiReference.Field field) => $"{field.Path}: {field.Type}{(field.IsRequired ? ", required" : "")} {field.Limits}".TrimEnd();
    }

    [Fact]
    public async Task The_document_is_served_as_it_is_and_every_reference_in_it_leads_somewhere()
    {
        using var answer = await app.Anonymous().GetAsync("/openapi/v1.json");
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(ApiReference.Document, await answer.Content.ReadAsByteArrayAsync());
        Assert.StartsWith("3.1", ApiReference.Root.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Walk(ApiReference.Root);

        static void Walk(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array) foreach (var item in element.EnumerateArray()) Walk(item);
            if (element.ValueKind != JsonValueKind.Object) return;
            Assert.NotEqual(JsonValueKind.Undefined, ApiReference.Resolve(element).ValueKind);
            foreach (var member in element.EnumerateObject()) Walk(member.Value);
        }
    }

    [Fact]
    public async Task Every_example_is_taken_and_every_answer_is_as_described()
    {
        var shop = await Shop.OpenAsync(app);
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var dispute = await Disputes.Counter.OpenAsync(app, null);
        var sender = await Shop.OpenAsync(app, KeyType.Ingest);
        foreach (var operation in ApiReference.Operations)
        {
            var schema = operation.Answer.GetProperty("schema");
            if (operation.Answer.TryGetProperty("example", out var example)) MustFit(example, schema, operation.Id);
            // The tests of the calls that people make, of Stripe's, and of the registry that changes what assessments must say, hold their answers against the document themselves.
            if (operation.IsOfSession || operation.Path.StartsWith("/api/v1/submerchants", StringComparison.Ordinal) || operation.Path.StartsWith("/api/v1/auth/", StringComparison.Ordinal) || operation.Keys.Contains("stripeSignature")) continue;
            if (operation.Method == "GET")
            {
                var path = operation.Path.Replace("{id}", operation.Path.StartsWith("/api/v1/disputes", StringComparison.Ordinal) ? dispute.Code : (await shop.AssessAsync(Shop.Minimum)).Id, StringComparison.Ordinal);
                MustFit((await Answer.OfAsync(await (operation.Keys.Any() ? shop.Client : app.Anonymous()).GetAsync(path))).MustBeGood().Json, schema, operation.Id);
                continue;
            }
            foreach (var (_, body) in operation.Examples)
            {
                using var sent = JsonDocument.Parse(body);
                MustFit(sent.RootElement, operation.Request!.Value.GetProperty("schema"), operation.Id);
                var taken = await SendAsync(operation, System.Text.Encoding.UTF8.GetBytes(body));
                Assert.True(taken.Code is 200 or 201, $"{operation.Id}: {taken}");
                MustFit(taken.Json, schema, operation.Id);
            }
            MustFit((await SendAsync(operation, "{"u8.ToArray())).MustRefuse(400, "VALIDATION_ERROR").Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty("Problem"), operation.Id);
        }
        MustFit((await page.AssessAsync(Shop.Minimum)).MustBeGood().Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty("Assessment"), "a page's answer");
        MustFit((await shop.AssessAsync(Shop.Full)).MustBeGood().Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty("Assessment"), "the full answer");
        Assert.Throws<Xunit.Sdk.TrueException>(() => MustFit(JsonDocument.Parse("""{"success":1}""").RootElement, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty("Released"), "a wrong one"));

        async Task<Answer> SendAsync(ApiReference.Operation operation, byte[] body)
        {
            using var request = new HttpRequestMessage(new HttpMethod(operation.Method), operation.Path.Replace("{id}", dispute.Code, StringComparison.Ordinal)) { Content = new ByteArrayContent(body) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            return await Answer.OfAsync(await (operation.Path.StartsWith("/api/webhooks/", StringComparison.Ordinal) ? sender : shop).Client.SendAsync(request));
        }
    }

    [Fact]
    public async Task The_page_shows_every_call_field_and_problem_and_keeps_to_the_policy()
    {
        using var answer = await app.Anonymous().GetAsync("/docs/api");
        Assert.Equal(200, (int)answer.StatusCode);
        var page = await answer.HtmlAsync();
        foreach (var operation in ApiReference.Operations) Assert.NotNull(page.GetElementById(operation.Id));
        foreach (var problem in Problems.All) Assert.Contains(problem.Code, page.GetElementById(problem.Type.Split('#')[1])!.TextContent, StringComparison.Ordinal);
        var shown = page.QuerySelectorAll("td code").Select(c => c.TextContent).ToHashSet();
        Assert.Empty(RequestFields.Except(shown));
        Assert.Empty(page.QuerySelectorAll("main [style], main style, main script:not([src])"));
        Assert.Empty(page.QuerySelectorAll("[id]").GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    /// <summary>The part of JSON Schema that the document uses.</summary>
    internal static void MustFit(JsonElement value, JsonElement schema, string where)
    {
        schema = ApiReference.Resolve(schema);
        if (schema.TryGetProperty("type", out var type))
        {
            var types = type.ValueKind == JsonValueKind.String ? [type.GetString()!] : type.EnumerateArray().Select(t => t.GetString()!).ToArray();
            var isOf = value.ValueKind switch
            {
                JsonValueKind.Object => types.Contains("object"),
                JsonValueKind.Array => types.Contains("array"),
                JsonValueKind.String => types.Contains("string"),
                JsonValueKind.Number => types.Contains("number") || (types.Contains("integer") && value.TryGetInt64(out _)),
                JsonValueKind.Null => types.Contains("null"),
                _ => types.Contains("boolean"),
            };
            Assert.True(isOf, $"{where}: {value.GetRawText()} is not {string.Join(" or ", types)}");
        }
        if (schema.TryGetProperty("enum", out var values)) Assert.True(values.EnumerateArray().Any(v => v.GetRawText() == value.GetRawText()), $"{where}: {value.GetRawText()} is not one of {values.GetRawText()}");
        if (value.ValueKind == JsonValueKind.String && schema.TryGetProperty("pattern", out var pattern)) Assert.True(Regex.IsMatch(value.GetString()!, pattern.GetString()!), $"{where}: {value.GetRawText()} does not match {pattern}");
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items)) foreach (var item in value.EnumerateArray()) MustFit(item, items, where + "[]");
        if (value.ValueKind != JsonValueKind.Object) return;
        if (schema.TryGetProperty("required", out var required)) foreach (var name in required.EnumerateArray()) Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{where}: {name} is missing in {value.GetRawText()}");
        var known = schema.TryGetProperty("properties", out var properties);
        foreach (var member in value.EnumerateObject())
        {
            if (known && properties.TryGetProperty(member.Name, out var its)) MustFit(member.Value, its, $"{where}.{member.Name}");
            else Assert.False(schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.False, $"{where}.{member.Name} is not described");
        }
    }
}
