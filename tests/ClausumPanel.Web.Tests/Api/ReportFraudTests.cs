using System.Text;
using System.Text.Json;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Velocity;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

public sealed class ReportFraudTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static int _number;

    private static JsonElement Schema(string name) => ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(name);

    /// <summary>A payment of somebody nobody else in these tests is.</summary>
    private static (string Body, string Email, string Ip, string Bin, string Payment) Somebody()
    {
        var n = Interlocked.Increment(ref _number);
        var (email, ip, bin, payment) = ($"ladron{n}@tienda{n}.example", $"189.203.40.{n}", $"5{200_00 + n}", $"pi_{n}");
        return ($$$"""{"amount":15000,"currency":"MXN","email":"{{{email}}}","payment_id":"{{{payment}}}","session_id":"ps_reported_{{{n}}}","device":{"ip":"{{{ip}}}","fingerprint":"fp_r{{{n}}}"},"payment_method":{"type":"card","card_bin":"{{{bin}}}","card_last4":"4242"},"metadata":{"provider":"stripe"}}""", email, ip, bin, payment);
    }

    private static Task<Answer> ReportAsync(Shop shop, string body, params (string, string)[] headers) => shop.PostAsync("/api/v1/report-fraud", Encoding.UTF8.GetBytes(body), "application/json", headers);

    private Task<List<ListEntry>> EntriesAsync(params string[] values) => app.InDbAsync(db => db.Set<ListEntry>().AsNoTracking().Where(e => values.Contains(e.Value)).OrderBy(e => e.Type).ToListAsync());

    [Theory]
    [InlineData("chargeback", null, 30, 0), InlineData("friendly_fraud", null, 30, 30), InlineData("card_testing", null, 30, 30), InlineData("account_takeover", 30, 30, 0), InlineData("identity_theft", 30, 30, 0), InlineData("other", null, 30, 0)]
    public async Task Each_reason_does_what_its_table_says_and_the_next_payment_meets_it(string reason, int? emailDays, int ipDays, int binDays)
    {
        var (shop, who) = (await Shop.OpenAsync(app), Somebody());
        var first = (await shop.AssessAsync(who.Body)).MustBeGood();
        Assert.NotEqual("decline", first.Decision);
        var report = await ReportAsync(shop, $$"""{"reason":"{{reason}}","transaction_id":"{{first.Id}}","description":"The customer called"}""");
        Assert.True(report.Code == 201, report.Text);
        ReferenceTests.MustFit(report.Json, Schema("FraudReported"), reason);
        Assert.Equal((first.Id, binDays > 0 ? 3 : 2), (report.Json.GetProperty("transaction_id").GetString(), report.Json.GetProperty("blocklist_entries").GetInt32()));

        var entries = await EntriesAsync(who.Email, who.Ip, who.Bin);
        Assert.All(entries, e => Assert.Equal(ListSource.FraudReport, e.Source));
        Assert.Equal(Assess.ListSeverity.Block, entries.Single(e => e.Type == Assess.ListType.Email).Severity);
        Assert.Equal(emailDays is { } days ? app.Clock.GetUtcNow().AddDays(days) : null, entries.Single(e => e.Type == Assess.ListType.Email).ExpiresAt);
        Assert.Equal(app.Clock.GetUtcNow().AddDays(ipDays), entries.Single(e => e.Type == Assess.ListType.IpAddress).ExpiresAt);
        Assert.Equal(binDays > 0 ? [Assess.ListSeverity.Flag] : [], entries.Where(e => e.Type == Assess.ListType.CardBin).Select(e => e.Severity));

        var next = (await shop.AssessAsync(Shop.With(Shop.With(who.Body, "session_id", "null"), "payment_id", "null"))).MustBeGood();
        Assert.Equal(("decline", "blocklist:email"), (next.Decision, next.Json.GetProperty("blocked_by").GetString()));
        Assert.Contains("payer_prior_fraud", next.Signals);

        var seq = AssessmentId.SeqOf(Guid.Parse(first.Id));
        await app.InDbAsync(async db =>
        {
            var row = await db.Set<Label>().SingleAsync(l => l.Seq == seq);
            Assert.Equal((LabelOutcome.Fraud, LabelSource.FraudReport, reason, ActorKind.Key), (row.Outcome, row.Source, row.Reason, row.ActorKind));
            Assert.Equal((OutboxEventType.FraudDetected, seq), await db.Set<OutboxEvent>().Where(e => e.Label == row.Number).Select(e => new ValueTuple<OutboxEventType, long>(e.Type, e.Seq)).SingleAsync());
            Assert.Single(await db.AuditEntries.Where(e => e.Action == AuditActions.FraudReported && e.SubjectId == first.Id).ToListAsync());
        });
    }

    [Fact]
    public async Task A_payment_is_found_in_three_ways()
    {
        var (shop, who, other) = (await Shop.OpenAsync(app), Somebody(), Somebody());
        var first = (await shop.AssessAsync(who.Body)).MustBeGood();
        Assert.Equal(404, (await ReportAsync(shop, $$"""{"reason":"other","external_transaction_id":"{{who.Payment}}","provider":"adyen"}""")).Code);
        var byProvider = await ReportAsync(shop, $$"""{"reason":"other","external_transaction_id":"{{who.Payment}}","provider":"stripe"}""");
        Assert.Equal((201, first.Id), (byProvider.Code, byProvider.Json.GetProperty("transaction_id").GetString()));
        (await shop.AssessAsync(other.Body)).MustBeGood();
        Assert.Equal(201, (await ReportAsync(shop, $$"""{"reason":"other","transaction_id":"{{(await shop.LastAsync()).SessionId}}"}""")).Code);

        var made = await ReportAsync(shop, """{"reason":"account_takeover","amount":99900,"currency":"MXN","email":"nunca.vista@correo.example","ip_address":"189.203.41.9"}""");
        Assert.True(made.Code == 201, made.Text);
        var stored = await shop.LastAsync();
        Assert.Equal((stored.Id.ToString(), 99_900), (made.Json.GetProperty("transaction_id").GetString(), stored.Amount));
        Assert.Equal(2, made.Json.GetProperty("blocklist_entries").GetInt32());
    }

    [Theory]
    [InlineData("""{"transaction_id":"x"}""", "reason required"), InlineData("""{"reason":"stolen","transaction_id":"x"}""", "reason format"), InlineData("""{"reason":"other"}""", "transaction_id required")]
    [InlineData("""{"reason":"other","external_transaction_id":"pi_1"}""", "provider required"), InlineData("""{"reason":"other","provider":"stripe"}""", "external_transaction_id required")]
    [InlineData("""{"reason":"other","amount":5,"currency":"MXN"}""", "email required"), InlineData("""{"reason":"other","email":"a@b.example"}""", "amount required")]
    [InlineData("""{"reason":"other","amount":1.5,"currency":"MXN","email":"a@b.example"}""", "amount range"), InlineData("""{"reason":"other","transaction_id":"x","ip_address":"300.1.1.1"}""", "ip_address format")]
    [InlineData("""{"reason":"other","transaction_id":"x","email":"nobody"}""", "email format"), InlineData("""{"reason":"other","transaction_id":"x","notify":{"issuer":1}}""", "notify.issuer type")]
    [InlineData("""{"reason":"other","transaction_id":"x","evidence_urls":["http://plain.example"]}""", "evidence_urls format"), InlineData("""{"reason":7,"transaction_id":"x"}""", "reason type")]
    public async Task What_is_wrong_is_named(string body, string complaint) =>
        Assert.Contains(complaint, (await ReportAsync(await Shop.OpenAsync(app), body)).MustRefuse(400, "VALIDATION_ERROR").Complaints);

    [Fact]
    public async Task Who_may_not_and_what_is_not_there_is_refused()
    {
        const string body = """{"reason":"other","transaction_id":"0190f3c2-0000-7000-8000-000000000000"}""";
        Assert.Equal("transaction_id", (await ReportAsync(await Shop.OpenAsync(app), body)).MustRefuse(404, "NOT_FOUND").Json.GetProperty("error").GetProperty("details").GetProperty("field").GetString());
        (await ReportAsync(await Shop.OpenAsync(app, KeyType.Checkout), body)).MustRefuse(403, "SECRET_KEY_REQUIRED");
        (await ReportAsync(await Shop.OpenAsync(app, change: k => k.Permissions = "assess"), body)).MustRefuse(403, "FORBIDDEN");
        (await Answer.OfAsync(await app.Anonymous().PostAsync("/api/v1/report-fraud", new StringContent(body, Encoding.UTF8, "application/json")))).MustRefuse(401, "UNAUTHORIZED");
        (await ReportAsync(await Shop.OpenAsync(app), "[]")).MustRefuse(400, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task The_same_key_gets_the_first_answer_again_and_another_body_a_conflict()
    {
        var (shop, who) = (await Shop.OpenAsync(app), Somebody());
        var id = (await shop.AssessAsync(who.Body)).MustBeGood().Id;
        var body = $$"""{"reason":"card_testing","transaction_id":"{{id}}"}""";
        var first = await ReportAsync(shop, body, ("Idempotency-Key", "rf-1"));
        var again = await ReportAsync(shop, body, ("Idempotency-Key", "rf-1"));
        Assert.Equal((201, first.Text, "true"), (again.Code, again.Text, again.Header("Idempotent-Replayed")));
        (await ReportAsync(shop, body.Replace("card_testing", "other", StringComparison.Ordinal), ("Idempotency-Key", "rf-1"))).MustRefuse(409, "IDEMPOTENCY_CONFLICT");
        var twice = (await ReportAsync(shop, body)).MustRefuse(409, "DUPLICATE").Json.GetProperty("error").GetProperty("details");
        Assert.Equal((id, "card_testing"), (twice.GetProperty("transaction_id").GetString(), twice.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Fifty_reports_at_once_write_one_label_one_case_and_one_set_of_entries()
    {
        var (shop, who) = (await Shop.OpenAsync(app), Somebody());
        var id = (await shop.AssessAsync(who.Body)).MustBeGood().Id;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ReportAsync(shop, $$"""{"reason":"card_testing","transaction_id":"{{id}}"}""")));
        Assert.Equal((1, 49), (answers.Count(a => a.Code == 201), answers.Count(a => a.Code == 409)));
        var seq = AssessmentId.SeqOf(Guid.Parse(id));
        Assert.Equal(1, await app.InDbAsync(db => db.Set<Label>().CountAsync(l => l.Seq == seq)));
        Assert.Equal(1, await app.InDbAsync(db => db.Set<OutboxEvent>().CountAsync(e => e.Seq == seq && e.Label != null)));
        var entries = await EntriesAsync(who.Email, who.Ip, who.Bin);
        Assert.Equal(3, entries.Count);

        var transaction = Guid.Parse(id);
        var opened = Assert.Single(await app.InDbAsync(db => db.Set<CaseLink>().Where(l => l.Kind == CaseLinkKind.Assessment && l.Target == transaction).Select(l => l.CaseId).ToListAsync()));
        var first = answers.Single(a => a.Code == 201).Json;
        Assert.Equal(opened, first.GetProperty("case_id").GetGuid());
        Assert.All(answers.Where(a => a.Code == 409), a => Assert.Equal(first.GetProperty("reference_number").GetString(), a.Json.GetProperty("error").GetProperty("details").GetProperty("reference_number").GetString()));
        Assert.Equal(entries.Select(e => e.Id).Order(), (await app.InDbAsync(db => db.Set<CaseLink>().Where(l => l.CaseId == opened && l.Kind == CaseLinkKind.ListEntry).Select(l => l.Target).ToListAsync())).Order());
        Assert.Equal([(OutboxEventType.FraudDetected, opened), (OutboxEventType.CaseCreated, opened)],
            (await app.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.CaseId == opened).OrderBy(e => e.Number).ToListAsync())).Select(e => (e.Type, e.CaseId!.Value)));
    }

    [Theory]
    [InlineData("account_takeover", 15_000, "robo_identidad", "media", true), InlineData("identity_theft", 99_000_000, "robo_identidad", "urgente", true), InlineData("card_testing", 15_000, "transferencia_no_autorizada", "baja", false)]
    [InlineData("chargeback", 1_000_000, "transferencia_no_autorizada", "alta", false), InlineData("friendly_fraud", 100_000, "otro", "media", false), InlineData("other", 10_000_000, "otro", "urgente", false)]
    public async Task A_report_opens_a_case_that_its_reason_and_amount_shape(string reason, long amount, string incident, string priority, bool isVictim)
    {
        var (shop, who) = (await Shop.OpenAsync(app), Somebody());
        var id = (await shop.AssessAsync(Shop.With(who.Body, "amount", amount.ToString(System.Globalization.CultureInfo.InvariantCulture)))).MustBeGood().Id;
        var report = await ReportAsync(shop, $$"""{"reason":"{{reason}}","transaction_id":"{{id}}","description":"The customer called"}""");
        var reference = report.Json.GetProperty("reference_number").GetString()!;
        Assert.Matches("^CLM-[0-9A-Z]{6}$", reference);
        var its = await app.InDbAsync(db => db.Set<Case>().SingleAsync(c => c.ReferenceNumber == reference));
        Assert.Equal((report.Json.GetProperty("case_id").GetGuid(), incident, priority, CaseStatus.Draft, CaseOrigin.Report), (its.Id, its.IncidentType.Word(), its.Priority.Word(), its.Status, its.Origin));
        Assert.Equal((amount, "MXN", "MX", "The customer called", isVictim ? who.Email : null), (its.Amount, its.Currency, its.Jurisdiction, its.Description, its.VictimEmail));
    }

    [Fact]
    public async Task What_belongs_to_many_or_is_allowed_is_not_blocked()
    {
        var (shop, who) = (await Shop.OpenAsync(app), Somebody());
        await app.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = Assess.ListType.Email, Value = who.Email, Severity = Assess.ListSeverity.Allow, CreatedAt = app.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        });
        var id = (await shop.AssessAsync(Shop.With(who.Body, "device.ip", "\"100.64.7.7\""))).MustBeGood().Id;
        var report = await ReportAsync(shop, $$"""{"reason":"other","transaction_id":"{{id}}","ip_address":"10.0.0.8"}""");
        Assert.Equal(0, report.Json.GetProperty("blocklist_entries").GetInt32());
        Assert.Equal([Assess.ListSeverity.Allow], (await EntriesAsync(who.Email, "100.64.7.7", "10.0.0.8")).Select(e => e.Severity));
    }

    [Fact]
    public async Task What_fails_at_the_end_leaves_nothing_behind()
    {
        var (shop, who) = (await Shop.OpenAsync(app), Somebody());
        var id = (await shop.AssessAsync(who.Body)).MustBeGood().Id;
        await app.InDbAsync(db => db.Database.ExecuteSqlRawAsync("CREATE TRIGGER no_reports BEFORE INSERT ON fraud_reports BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"));
        (await ReportAsync(shop, $$"""{"reason":"other","transaction_id":"{{id}}"}""")).MustRefuse(500, "INTERNAL_ERROR");
        await app.InDbAsync(db => db.Database.ExecuteSqlRawAsync("DROP TRIGGER no_reports"));
        var seq = AssessmentId.SeqOf(Guid.Parse(id));
        Assert.False(await app.InDbAsync(db => db.Set<Label>().AnyAsync(l => l.Seq == seq)));
        Assert.False(await app.InDbAsync(db => db.Set<CurrentLabel>().AnyAsync(l => l.Seq == seq)));
        Assert.False(await app.InDbAsync(db => db.Set<CaseLink>().AnyAsync(l => l.Target == Guid.Parse(id))));
        Assert.Empty(await EntriesAsync(who.Email, who.Ip));
        Assert.DoesNotContain("payer_prior_fraud", (await shop.AssessAsync(Shop.With(who.Body, "session_id", "null"))).Signals);
    }

    [Fact]
    public async Task A_report_is_remembered_after_a_restart_and_forgotten_when_it_is_taken_back()
    {
        var (shop, who) = (await Shop.OpenAsync(app), Somebody());
        var id = (await shop.AssessAsync(who.Body)).MustBeGood().Id;
        var label = (await ReportAsync(shop, $$"""{"reason":"other","transaction_id":"{{id}}"}""")).Json.GetProperty("label_id").GetGuid();
        var restarted = await app.InDbAsync(db => AssessmentMemory.LoadAsync(db, app.Clock.GetUtcNow(), CancellationToken.None));
        Assert.Equal(1, Reported(restarted, who.Email));
        await using (var scope = app.Services.CreateAsyncScope())
            Assert.True(await scope.ServiceProvider.GetRequiredService<RecordLabels>().ReverseAsync(label, "A mistake", LabelChannel.Panel, Actor.System, CancellationToken.None));
        Assert.Equal(0, Reported(app.Services.GetRequiredService<AssessService>().Memory!, who.Email));
        Assert.All(await EntriesAsync(who.Email, who.Ip), e => Assert.False(e.IsActive));
        Assert.Equal(201, (await ReportAsync(shop, $$"""{"reason":"chargeback","transaction_id":"{{id}}"}""")).Code);

        static double Reported(AssessmentMemory memory, string email)
        {
            var (facts, keys) = (new Assess.Facts(), new EntityKeys());
            keys[(int)Assess.EntityKind.Email] = memory.Hasher.Key(Assess.EntityKind.Email, email);
            memory.Velocity.Undo(memory.Velocity.Observe(new Observation { At = TestClock.Start.AddDays(1).ToUnixTimeMilliseconds(), Currency = "MXN", Amount = 1, Last4 = -1, Keys = keys }, facts));
            return facts.Number(Assess.FactCatalog.History(Assess.EntityKind.Email, Assess.HistoryPart.Reported));
        }
    }

    [Fact]
    public async Task Labels_come_one_or_many_at_a_time_each_with_its_own_result()
    {
        var (shop, who, other) = (await Shop.OpenAsync(app), Somebody(), Somebody());
        var (a, b) = ((await shop.AssessAsync(who.Body)).Id, (await shop.AssessAsync(other.Body)).Id);
        var many = $$"""
            {"labels":[{"transaction_id":"{{a}}","outcome":"fraud","source":"chargeback","reason":"10.4","amount":15000,"currency":"MXN","event_at":"2026-11-20","known_at":"2026-11-22","reference":"cb-1"},
            {"external_transaction_id":"{{other.Payment}}","outcome":"good","source":"customer"},{"transaction_id":"{{b}}","outcome":"bad","source":"analyst"},{"transaction_id":"ps_unknown","outcome":"good","source":"analyst"},
            {"transaction_id":"{{b}}","outcome":"fraud","source":"chargeback","reference":"cb-1"},7]}
            """;
        var answer = await LabelAsync(shop, many);
        ReferenceTests.MustFit(answer.Json, Schema("LabelsRecorded"), "labels");
        Assert.Equal((2, 0, 4), (Number(answer, "recorded"), Number(answer, "known"), Number(answer, "refused")));
        Assert.Equal(["", "", "outcome format", "transaction_id not_found", "reference conflict", "label type"], answer.Json.GetProperty("results").EnumerateArray()
            .Select(r => string.Join(",", r.GetProperty("errors").EnumerateArray().Select(e => $"{e.GetProperty("field").GetString()} {e.GetProperty("code").GetString()}"))));
        Assert.Equal((0, 1), (Number(await LabelAsync(shop, """{"labels":[{"transaction_id":"X","outcome":"fraud","source":"chargeback","reference":"cb-1"}]}""".Replace("X", a, StringComparison.Ordinal)), "recorded"), 1));
        (await LabelAsync(shop, """{"transaction_id":"ps_unknown","outcome":"good","source":"analyst"}""")).MustRefuse(404, "NOT_FOUND");
        Assert.Contains("source required", (await LabelAsync(shop, $$"""{"transaction_id":"{{a}}","outcome":"good"}""")).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("known_at range", (await LabelAsync(shop, $$"""{"transaction_id":"{{a}}","outcome":"good","source":"analyst","known_at":"2027-11-20"}""")).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        Assert.Contains("payer_prior_chargeback", (await shop.AssessAsync(Shop.With(who.Body, "session_id", "null"))).Signals);

        static Task<Answer> LabelAsync(Shop shop, string body) => shop.PostAsync("/api/v1/labels", Encoding.UTF8.GetBytes(body), "application/json");
        static int Number(Answer answer, string name) => answer.Json.GetProperty(name).GetInt32();
    }
}
