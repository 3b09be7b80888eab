using System.Data.Common;
using System.Globalization;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Imports;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Retention;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.CommandLine;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Panel;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Settings;

/// <summary>What is kept for a time, on either engine.</summary>
public abstract class RetentionStories
{
    protected abstract PanelApp Make();

    protected async Task<PanelApp> StartAsync(params (string Setting, string Value)[] settings)
    {
        var app = Make();
        foreach (var (setting, value) in settings) app.With(setting, value);
        await app.InitializeAsync();
        await Shop.ReadyAsync(app);
        return app;
    }

    protected static async Task<RetentionRun> RunAsync(PanelApp app) => (await app.Services.GetRequiredService<ApplyRetention>().RunAsync(default))!;

    private static RetentionLine Line(RetentionRun run, KeptData what) => run.Lines.Single(l => l.What == what);

    protected async Task PaymentsAsync()
    {
        await using var app = await StartAsync();
        var random = new Random(7);
        var entries = Enumerable.Range(0, 1_500).Select(i => new Entry(TestClock.Start.AddHours(-random.Next(24 * 700)), (Decision)random.Next(4), random.Next(90_000), i % 3 == 0 ? "USD" : "MXN")
        {
            Channel = i % 2 == 0 ? "web" : null, Submerchant = i % 40 == 0 ? "seldom" : i % 5 != 0 ? "often" : null, Score = random.Next(101), Signal = i % 4 == 0 ? "short_session" : null,
            Label = i % 6 == 0 ? LabelOutcome.Fraud : i % 6 == 1 ? LabelOutcome.Good : null, Simulated = i % 17 == 0, Rules = i % 7 == 0 ? [1, 3] : [],
        }).ToList();
        for (var i = 0; i < entries.Count; i++)
            if (entries[i] is { Simulated: false, Label: null, Decision: Decision.Review or Decision.Challenge } held) entries[i] = held with { Closed = (ReviewOutcome)(i % 3) };
        await app.StoreAsync(entries);
        var before = new DateTimeOffset(2025, 5, 24, 0, 0, 0, TimeSpan.Zero);
        // Those of them whose review nobody has decided stay.
        var stays = entries.Where(e => e.At < before && e is { Simulated: false, Label: not null, Decision: Decision.Review or Decision.Challenge }).Select(e => e.Seq).ToHashSet();
        var gone = entries.Where(e => e.At < before && !stays.Contains(e.Seq)).Select(e => e.Seq).ToHashSet();
        Assert.InRange(gone.Count, 100, 600);
        var (figures, labels) = (await FiguresAsync(app), await app.InDbAsync(db => db.Set<CurrentLabel>().CountAsync()));
        Assert.Equal((0, ""), await VerifyAsync(app));

        var run = await RunAsync(app);
        var line = Line(run, KeptData.Payments);
        Assert.Equal((gone.Count, stays.Count, before), ((int)line.Removed, (int)line.Held[HoldReason.Review], line.Before));
        await app.InDbAsync(async db =>
        {
            var left = await db.Set<StoredAssessment>().Select(a => a.Seq).ToListAsync();
            Assert.Equal(entries.Count - gone.Count, left.Count);
            Assert.DoesNotContain(left, gone.Contains);
            foreach (var seqs in (List<long>[])[
                await db.Set<AssessmentRow>().Select(r => r.Seq).ToListAsync(), await db.Set<AssessmentSignal>().Select(s => s.Seq).ToListAsync(), await db.Set<AssessmentRule>().Select(r => r.Seq).ToListAsync(),
                await db.Set<AssessmentTerm>().Select(t => t.Seq).ToListAsync(), await db.Set<Review>().Select(r => r.Seq).ToListAsync(), await db.Set<ReviewEvent>().Select(e => e.Seq).ToListAsync()])
            {
                Assert.NotEmpty(seqs);
                Assert.DoesNotContain(seqs, gone.Contains);
            }
            // What was fraud stays known, by hashed keys alone; so do labels.
            var recalled = await db.Set<MemoryRecord>().Where(m => m.At < before.ToUnixTimeMilliseconds()).Select(m => m.Seq).ToListAsync();
            var known = (await db.Set<CurrentLabel>().Where(l => l.IsReported || l.IsDisputed).Select(l => l.Seq).ToListAsync()).ToHashSet();
            Assert.Equal(entries.Where(e => e.At < before && (stays.Contains(e.Seq) || known.Contains(e.Seq))).Select(e => e.Seq).Order(), recalled.Order());
            Assert.Contains(recalled, gone.Contains);
            Assert.Equal(labels, await db.Set<CurrentLabel>().CountAsync());
        });
        Assert.Equal(figures, await FiguresAsync(app));
        Assert.Equal((0, ""), await VerifyAsync(app));
        Assert.Contains("From 2025-05-24", await SaidAsync(app), StringComparison.Ordinal);

        // What has nothing to be held against is left alone by both; what differs after it is named and mended.
        await app.InDbAsync(db => db.Database.ExecuteSqlAsync($"UPDATE tallies SET count = count + 1 WHERE length = 86400 AND bucket >= {new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()}"));
        Assert.Equal(1, (await VerifyAsync(app)).Code);
        await app.InDbAsync(db => new RollupCheck(db, app.Services.GetRequiredService<StorageChoice>(), app.Clock).RebuildAsync(_ => { }, default));
        Assert.Equal((0, ""), await VerifyAsync(app));
        Assert.Equal(figures, await FiguresAsync(app));

        // A seldom sub-merchant that becomes frequent counts what is gone and what is left, each once.
        await app.StoreAsync([.. Enumerable.Range(0, 1_000).Select(i => new Entry(app.Clock.GetUtcNow().AddMinutes(-i), Decision.Approve) { Submerchant = "seldom" })]);
        Assert.Equal(1_000 + entries.Count(e => e.Submerchant == "seldom" && !e.Simulated), await CountAsync(app, "seldom"));
        Assert.Equal((0, ""), await VerifyAsync(app));

        // The next night it is one day more.
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(entries.Count(e => e.At >= before && e.At < before.AddDays(1) && e is not { Simulated: false, Label: not null, Decision: Decision.Review or Decision.Challenge }), (int)Line(await RunAsync(app), KeptData.Payments).Removed);
        Assert.Null(await app.Services.GetRequiredService<ApplyRetention>().RunAsync(default));
    }

    protected async Task HeldAsync()
    {
        await using var app = await StartAsync();
        var old = TestClock.Start.AddMonths(-20);
        var entries = Enumerable.Range(0, 8).Select(i => new Entry(old.AddMinutes(i), i == 0 ? Decision.Review : Decision.Approve)).ToList();
        await app.StoreAsync(entries);
        var ids = await app.InDbAsync(db => db.Set<StoredAssessment>().ToDictionaryAsync(a => a.Seq, a => a.Id));
        Dispute Disputed(int number, long? seq) => new() { Number = number, Scheme = CardScheme.Visa, ReasonCode = "10.4", Amount = 100, Currency = "MXN", Seq = seq, ReceivedAt = TestClock.Start, RespondBy = TestClock.Start.AddDays(30), CreatedAt = TestClock.Start };
        Case Opened(string reference) => new(reference, new CaseFacts(IncidentType.Phishing), CasePriority.Medium, CaseOrigin.Manual, Actor.System, TestClock.Start);
        var (open, longClosed, lately) = (Disputed(1, entries[1].Seq), Disputed(2, entries[2].Seq), Disputed(3, entries[3].Seq));
        longClosed.Close(DisputeOutcome.Lost, null, old, old);
        lately.Close(DisputeOutcome.Lost, null, TestClock.Start.AddMonths(-17), TestClock.Start);
        var (its, resolved) = (Opened("CLM-AAAAA1"), Opened("CLM-AAAAA2"));
        resolved.Move(CaseStatus.InReview, old);
        resolved.Move(CaseStatus.Archived, old);
        await app.InDbAsync(async db =>
        {
            db.AddRange(open, longClosed, lately, its, resolved);
            db.Add(new DisputeFact { DisputeId = open.Id, Seq = entries[4].Seq, EnteredAt = TestClock.Start });
            db.Add(new CaseLink { CaseId = its.Id, Kind = CaseLinkKind.Assessment, Target = ids[entries[5].Seq], At = old });
            db.Add(new CaseLink { CaseId = resolved.Id, Kind = CaseLinkKind.Assessment, Target = ids[entries[6].Seq], At = old });
            await db.SaveChangesAsync();
        });
        var line = Line(await RunAsync(app), KeptData.Payments);
        Assert.Equal((3, 1, 3, 1), ((int)line.Removed, (int)line.Held[HoldReason.Review], (int)line.Held[HoldReason.Dispute], (int)line.Held[HoldReason.Case]));
        await MustBeLeftAsync(0, 1, 3, 4, 5);

        // Two months on, the one that was closed lately was closed for long enough; the open ones still hold theirs.
        app.Clock.Advance(TimeSpan.FromDays(62));
        await RunAsync(app);
        await MustBeLeftAsync(0, 1, 4, 5);
        await app.InDbAsync(async db =>
        {
            (await db.Set<Dispute>().SingleAsync(d => d.Number == 1)).Close(DisputeOutcome.Won, null, app.Clock.GetUtcNow(), app.Clock.GetUtcNow());
            var closing = await db.Set<Case>().SingleAsync(c => c.ReferenceNumber == "CLM-AAAAA1");
            closing.Move(CaseStatus.InReview, app.Clock.GetUtcNow());
            closing.Move(CaseStatus.Archived, app.Clock.GetUtcNow());
            await db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Closed).SetProperty(x => x.Outcome, ReviewOutcome.Approve));
            await db.SaveChangesAsync();
        });
        app.Clock.Advance(TimeSpan.FromDays(1));
        await RunAsync(app);
        await MustBeLeftAsync(1, 4, 5);
        app.Clock.Advance(TimeSpan.FromDays(560));
        await RunAsync(app);
        await MustBeLeftAsync();

        async Task MustBeLeftAsync(params int[] expected)
        {
            var left = await app.InDbAsync(db => db.Set<StoredAssessment>().OrderBy(a => a.Seq).Select(a => a.Seq).ToListAsync());
            Assert.Equal(expected, left.ConvertAll(seq => entries.FindIndex(e => e.Seq == seq)).ToArray());
        }
    }

    protected async Task KilledAsync()
    {
        await using var app = await StartAsync();
        await app.StoreAsync([.. Enumerable.Range(0, 600).Select(i => new Entry(TestClock.Start.AddMonths(-20).AddMinutes(i), Decision.Approve) { Submerchant = "shop" })]);
        var (now, before) = (app.Clock.GetUtcNow(), new DateTimeOffset(2025, 5, 24, 0, 0, 0, TimeSpan.Zero));
        await app.InDbAsync(async db =>
        {
            // One node stored a portion and was killed in the next.
            var step = new PaymentRemoval(db, before, before);
            var line = new RetentionLine { What = KeptData.Payments, Before = before };
            db.Add(new RetentionRun { Day = DateOnly.FromDateTime(TestClock.Start.DateTime), StartedAt = now, BeatAt = now, Claim = Guid.NewGuid() });
            await db.SaveChangesAsync();
            Assert.True(await step.LookAsync(100, default));
            await using (var stored = await db.Database.BeginTransactionAsync())
            {
                line.Removed += await step.RemoveAsync(default);
                await db.Set<RetentionRun>().ExecuteUpdateAsync(r => r.SetProperty(x => x.Report, RetentionRun.Write(new[] { line })));
                await stored.CommitAsync();
            }
            Assert.True(await step.LookAsync(100, default));
            await using var killed = await db.Database.BeginTransactionAsync();
            await step.RemoveAsync(default);
        });
        Assert.Equal(500, await app.InDbAsync(db => db.Set<StoredAssessment>().CountAsync()));
        // While it may still be at work nobody takes it from it.
        Assert.Null(await app.Services.GetRequiredService<ApplyRetention>().RunAsync(default));
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ActivatorUtilities.CreateInstance<ApplyRetention>(app.Services).RunAsync(default))));
        var run = Assert.Single(runs, r => r is not null)!;
        Assert.Equal(600, (int)Line(run, KeptData.Payments).Removed);
        Assert.Equal(0, await app.InDbAsync(db => db.Set<StoredAssessment>().CountAsync()));
        Assert.Equal(600, await CountAsync(app, "shop"));
        Assert.Equal((0, ""), await VerifyAsync(app));
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.RetentionRun)));
    }

    protected async Task DeviceAsync()
    {
        await using var app = await StartAsync(("Panel:Retention:DeviceFactMonths", "6"));
        var shop = await Shop.OpenAsync(app);
        var body = Shop.With(Shop.With(Shop.Full, "device.ip", "\"189.203.10.7\""), "metadata.note", "\"ñ \\u0022\"");
        var first = (await shop.AssessAsync(body)).MustBeGood();
        var second = (await shop.AssessAsync(Shop.With(Shop.With(Shop.With(body, "idempotency_key", "\"k2\""), "session_id", "\"ps_1716998400000_b1b2c3d4e\""), "order_id", "\"o2\""))).MustBeGood();
        await app.Services.GetRequiredService<Flows.AssessService>().Log!.CatchUpAsync(default);
        var before = await AllAsync();
        await app.InDbAsync(async db =>
        {
            db.Add(new Dispute { Number = 1, Scheme = CardScheme.Visa, ReasonCode = "10.4", Amount = 100, Currency = "MXN", Seq = before[1].Seq, ReceivedAt = TestClock.Start, RespondBy = TestClock.Start.AddDays(30), CreatedAt = TestClock.Start });
            await db.SaveChangesAsync();
        });
        app.Clock.Advance(TimeSpan.FromDays(185));
        var line = Line(await RunAsync(app), KeptData.DeviceFacts);
        Assert.Equal((1, 1), ((int)line.Removed, (int)line.Held[HoldReason.Dispute]));
        var after = await AllAsync();
        Assert.Equal(before[1].Facts, after[1].Facts);
        Assert.Equal(before[1].Request, after[1].Request);
        var (was, its) = (before[0], after[0]);
        Assert.Equal((was.Id, was.Decision, was.Score, was.Amount, was.PolicyVersion, was.SessionId, was.BlockedBy, was.Warnings), (its.Id, its.Decision, its.Score, its.Amount, its.PolicyVersion, its.SessionId, its.BlockedBy, its.Warnings));
        Assert.Equal(was.Signals, its.Signals);
        var request = Encoding.UTF8.GetString(its.Request);
        foreach (var word in (string[])["189.203.10.7", "fp_9a8b7c6d", "iPhone", "18230", "behavior"])
        {
            Assert.Contains(word, Encoding.UTF8.GetString(was.Request), StringComparison.Ordinal);
            Assert.DoesNotContain(word, request, StringComparison.Ordinal);
            Assert.DoesNotContain(word, Encoding.Latin1.GetString(its.Facts), StringComparison.Ordinal);
        }
        Assert.Contains("maria.gonzalez@example.mx", request, StringComparison.Ordinal);
        Assert.Contains("ñ", request, StringComparison.Ordinal);
        var (old, left) = (new Facts(), new Facts());
        FactSnapshot.Read(was.Facts, old);
        FactSnapshot.Read(its.Facts, left);
        Assert.Equal((old.Text(Known.IpCountry), old.Text(Known.Email), old.Text(Known.SubmerchantId), null, double.NaN), (left.Text(Known.IpCountry), left.Text(Known.Email), left.Text(Known.SubmerchantId), left.Text(Known.Fingerprint), left.Number(Known.MouseMovements)));
        Assert.Equal([TermKind.Device, TermKind.Ip], await app.InDbAsync(async db => (await db.Set<AssessmentTerm>().Where(t => t.Kind == TermKind.Device || t.Kind == TermKind.Ip).OrderBy(t => t.Kind).ToListAsync()).Where(t => t.Seq == before[1].Seq).Select(t => t.Kind)));
        Assert.Equal(2, await app.InDbAsync(db => db.Set<AssessmentTerm>().CountAsync(t => t.Kind == TermKind.Device || t.Kind == TermKind.Ip)));
        Assert.Equal((0, ""), await VerifyAsync(app));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await app.As(World.Maria).GetAsync($"/dashboard/transactions/{first.Id}")).StatusCode);
        Assert.NotNull(second);

        // What came later but is of an earlier time is found, and what was held goes when nobody needs it any more.
        await LateAsync(3);
        await app.InDbAsync(async db =>
        {
            (await db.Set<Dispute>().SingleAsync()).Close(DisputeOutcome.Won, null, TestClock.Start, TestClock.Start);
            await db.SaveChangesAsync();
        });
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, (int)Line(await RunAsync(app), KeptData.DeviceFacts).Removed);
        Assert.DoesNotContain(await AllAsync(), a => Encoding.UTF8.GetString(a.Request).Contains("fp_9a8b7c6d", StringComparison.Ordinal));
        Assert.False(await app.InDbAsync(db => db.Set<HeldFacts>().AnyAsync()));

        // Where they are kept longer from now on, what comes late stays as long as any other.
        var (terms, term) = (app.Services.GetRequiredService<Flows.RetentionTerms>(), Flows.RetentionTerm.All.Single(t => t.What == KeptData.DeviceFacts));
        terms.Apply(term, "13");
        await LateAsync(4);
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (int)Line(await RunAsync(app), KeptData.DeviceFacts).Removed);
        Assert.Contains("fp_9a8b7c6d", Encoding.UTF8.GetString((await AllAsync())[^1].Request), StringComparison.Ordinal);
        terms.Apply(term, "6");
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, (int)Line(await RunAsync(app), KeptData.DeviceFacts).Removed);

        // As an import stores it.
        async Task LateAsync(int number)
        {
            (await shop.AssessAsync(Shop.With(Shop.With(Shop.With(body, "idempotency_key", $"\"k{number}\""), "session_id", $"\"ps_171699840000{number}_c1b2c3d4e\""), "order_id", $"\"o{number}\""))).MustBeGood();
            await app.Services.GetRequiredService<Flows.AssessService>().Log!.CatchUpAsync(default);
            await app.InDbAsync(async db =>
            {
                var (late, at) = (await db.Set<AssessmentRow>().MaxAsync(r => r.Seq), TestClock.Start.AddDays(-40).ToUnixTimeMilliseconds());
                await db.Set<AssessmentRow>().Where(r => r.Seq == late).ExecuteUpdateAsync(r => r.SetProperty(x => x.At, at));
                await db.Set<StoredAssessment>().Where(r => r.Seq == late).ExecuteUpdateAsync(r => r.SetProperty(x => x.At, at));
            });
        }

        Task<List<StoredAssessment>> AllAsync() => app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().OrderBy(a => a.Seq).ToListAsync());
    }

    protected async Task AuditAsync()
    {
        await using var app = await StartAsync();
        var key = app.Services.GetRequiredService<AuditKey>();
        await WriteAsync(120);
        app.Clock.Advance(TimeSpan.FromDays(400));
        await WriteAsync(30);
        var first = await app.InDbAsync(db => db.AuditEntries.OrderBy(e => e.Sequence).Skip(119).FirstAsync());
        app.Clock.Advance(TimeSpan.FromDays(365 * 4));
        var line = Line(await RunAsync(app), KeptData.Audit);
        Assert.Equal(120, (int)line.Removed);
        var verdict = await VerdictAsync();
        Assert.Equal((true, first.Sequence, first.At), (verdict.IsWhole, verdict.Cut!.Sequence, verdict.Cut.LastAt));
        Assert.Equal(first.Sequence + 1, await app.InDbAsync(db => db.AuditEntries.MinAsync(e => e.Sequence)));
        Assert.Equal(verdict.Intact, await app.InDbAsync(db => db.AuditEntries.LongCountAsync()));
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.AuditCut)));
        var (code, said) = await SayAsync(app, new VerifyAudit());
        Assert.Equal(0, code);
        Assert.Contains($"begins with entry {first.Sequence + 1}", said, StringComparison.Ordinal);
        var ines = app.As(World.Ines);
        var started = await ines.SubmitAsync("/dashboard/audit", "#verify");
        AngleSharp.Html.Dom.IHtmlDocument page;
        do page = await ines.PageAsync(started.Headers.Location!.OriginalString);
        while (page.QuerySelector("progress") is not null);
        Assert.Equal("whole", page.QuerySelector("[data-verdict]")!.GetAttribute("data-verdict"));
        Assert.Contains($"{first.Sequence + 1}", page.QuerySelector("[data-cut]")!.TextContent, StringComparison.Ordinal);

        // The store itself lets nothing else go, nor the seal.
        foreach (var sql in (string[])[$"DELETE FROM audit_entries WHERE sequence = {first.Sequence + 1}", "DELETE FROM audit_anchors", "UPDATE audit_anchors SET sequence = sequence + 5"])
#pragma warning disable EF1002 // of the test's own making
            await Assert.ThrowsAnyAsync<DbException>(() => app.InDbAsync(db => db.Database.ExecuteSqlRawAsync(sql)));
        // Whoever can write to the file and has not the key cannot seal a later cut.
        await app.InDbAsync(async db =>
        {
            var victim = await db.AuditEntries.AsNoTracking().OrderBy(e => e.Sequence).Skip(5).FirstAsync();
            db.Add(new AuditAnchor { Sequence = victim.Sequence, Hash = victim.Hash, LastAt = victim.At, CutAt = app.Clock.GetUtcNow(), Seal = verdict.Cut.Seal });
            await db.SaveChangesAsync();
        });
        Assert.Equal(AuditFault.SealBroken, (await VerdictAsync()).Fault);
        await DropAsync("audit_anchors_stay", "audit_anchors_keep", "audit_anchors");
        await app.InDbAsync(db => db.Database.ExecuteSqlRawAsync($"DELETE FROM audit_anchors WHERE sequence > {first.Sequence}"));
        Assert.True((await VerdictAsync()).IsWhole);
        // What is not as it was written is not removed: it could no longer be looked into.
        await DropAsync("audit_entries_keep", "audit_entries_stay", "audit_entries");
        await app.InDbAsync(db => db.Database.ExecuteSqlRawAsync($"UPDATE audit_entries SET actor_name = 'nobody' WHERE sequence = {first.Sequence + 3}"));
#pragma warning restore EF1002
        app.Clock.Advance(TimeSpan.FromDays(500));
        line = Line(await RunAsync(app), KeptData.Audit);
        Assert.Equal((0, true), ((int)line.Removed, line.Held.ContainsKey(HoldReason.Broken)));

        Task<AuditVerdict> VerdictAsync() => app.InDbAsync(db => AuditChain.VerifyAsync(db, key));

        Task WriteAsync(int entries) => app.InDbAsync(async db =>
        {
            for (var i = 0; i < entries; i++) db.Audit(Actor.System, AuditActions.SettingChanged, app.Clock.GetUtcNow(), "setting", $"s{i}");
            await db.SaveChangesAsync();
        });

        Task DropAsync(string one, string other, string table) => app.InDbAsync(async db =>
        {
#pragma warning disable EF1002, EF1003
            foreach (var trigger in (string[])[one, other]) await db.Database.ExecuteSqlRawAsync($"DROP TRIGGER {trigger}" + (db is SqlitePanelDb ? "" : $" ON {table}"));
#pragma warning restore EF1002, EF1003
        });
    }

    protected async Task LogsAsync()
    {
        await using var app = await StartAsync(("Panel:Retention:ImportMonths", "1"));
        await app.StoreAsync([.. Enumerable.Range(0, 20).Select(i => new Entry(TestClock.Start.AddMinutes(-i), Decision.Approve))]);
        var (start, now) = (TestClock.Start, TestClock.Start.ToUnixTimeMilliseconds());
        await app.InDbAsync(async db =>
        {
            var endpoint = new WebhookEndpoint { Url = "https://shop.example/hook", Events = "transaction.created", Secret = [1], CreatedAt = start, Mark = 15 };
            endpoint.Disable("gone", start);
            db.Add(endpoint);
            var done = new WebhookDelivery { EndpointId = endpoint.Id, Event = 1, Name = "transaction.created", Subject = "transaction:1", At = now, State = DeliveryState.Delivered, EndedAt = now };
            db.Add(done);
            db.Add(new WebhookAttempt { DeliveryId = done.Id, At = now });
            db.Add(new WebhookDelivery { EndpointId = endpoint.Id, Event = 2, Name = "transaction.created", Subject = "transaction:2", At = now, State = DeliveryState.Waiting, NextAt = long.MaxValue });
            foreach (var (id, state, alert) in ((string, ReceivedState, bool)[])[("1", ReceivedState.Processed, false), ("2", ReceivedState.Processed, true)])
                db.Add(new ReceivedEvent { Sender = "s", Type = "t", ExternalId = id, Body = "{}", ReceivedAt = start, State = state, IsAlert = alert });
            var run = new SimulationRun { CreatedAt = start, State = RunState.Done, FinishedAt = start, Document = "{}", PolicyHash = "x" };
            db.Add(run);
            for (var part = 1; part <= 5; part++)
            {
                db.Add(new SimulationPart { RunId = run.Id, Number = part, Sums = "{}" });
                db.Add(new SimulationSet { RunId = run.Id, Name = "moved", Part = part });
            }
            db.Add(new ImportJob { Path = "/old", State = ImportState.Done, CreatedAt = start, FinishedAt = start });
            db.Add(new ImportJob { Path = "/open", State = ImportState.Failed, CreatedAt = start });
            await db.SaveChangesAsync();
        });
        app.Clock.Advance(TimeSpan.FromDays(29));
        Assert.All((await RunAsync(app)).Lines, l => Assert.Equal(0, l.Removed));
        app.Clock.Advance(TimeSpan.FromDays(4));
        var lines = (await RunAsync(app)).Lines.ToDictionary(l => l.What);
        // The delivery, and the outbox up to where its only endpoint has looked.
        Assert.Equal((16, 1), ((int)lines[KeptData.Deliveries].Removed, (int)lines[KeptData.Deliveries].Held[HoldReason.Waiting]));
        Assert.Equal((1, 1, 1, 0), ((int)lines[KeptData.ReceivedEvents].Removed, (int)lines[KeptData.ReceivedEvents].Held[HoldReason.Unseen], (int)lines[KeptData.Imports].Removed, (int)lines[KeptData.Simulations].Removed));
        await app.InDbAsync(async db =>
        {
            Assert.Equal((1, 0, 1, 1, 16L), (await db.WebhookDeliveries.CountAsync(), await db.Set<WebhookAttempt>().CountAsync(), await db.ReceivedEvents.CountAsync(), await db.Set<ImportJob>().CountAsync(), await db.Set<OutboxEvent>().MinAsync(e => e.Number)));
            await db.WebhookEndpoints.ExecuteUpdateAsync(e => e.SetProperty(x => x.Mark, 20));
        });
        app.Clock.Advance(TimeSpan.FromDays(400));
        lines = (await RunAsync(app)).Lines.ToDictionary(l => l.What);
        Assert.Equal(1, (int)lines[KeptData.Simulations].Removed);
        // The newest number stays, so that none is given twice.
        Assert.Equal((0, 0, 0, 20L), await app.InDbAsync(async db => (await db.Set<SimulationRun>().CountAsync(), await db.Set<SimulationPart>().CountAsync(), await db.Set<SimulationSet>().CountAsync(), await db.Set<OutboxEvent>().SingleAsync() is var last ? last.Number : 0)));
    }

    /// <summary>All that the panel's figures are, as one text.</summary>
    private static async Task<string> FiguresAsync(PanelApp app)
    {
        var text = new StringBuilder();
        await using var services = app.Services.CreateAsyncScope();
        var metrics = services.ServiceProvider.GetRequiredService<MetricReader>();
        await using var snapshot = await metrics.SnapshotAsync(default);
        foreach (var (name, channel) in ((string?, string?)[])[(null, null), (null, "web"), ("often", null), ("often", "web"), ("seldom", null), ("seldom", "web")])
        {
            foreach (var days in (int[])[7, 60, 420, 560, 720])
            {
                var (scope, span) = (new MetricScope { Submerchant = name, Channel = channel, WithSimulated = days == 720 }, MetricSpan.Of(TestClock.Start.AddDays(-days), TestClock.Start));
                var cells = (await metrics.SheetsAsync(scope, [span], default))[0].Cells.GroupBy(c => c with { Count = 0, Amount = 0 }).Select(g => g.Key with { Count = g.Sum(c => c.Count), Amount = g.Sum(c => c.Amount) });
                foreach (var cell in cells.Select(c => $"{c}").Order(StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"{name}/{channel}/{days} {cell}\n");
                var values = await metrics.ValuesAsync(scope, span, [TallyKind.Score, TallyKind.Signal, TallyKind.Country, TallyKind.Latency], default);
                foreach (var kind in (TallyKind[])[TallyKind.Score, TallyKind.Signal, TallyKind.Country, TallyKind.Latency])
                    foreach (var (value, count) in values.Of(kind).Where(v => v.Count.Count > 0).OrderBy(v => v.Value)) text.Append(CultureInfo.InvariantCulture, $"{name}/{channel}/{days} {kind} {value} {count}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{name}/{channel} waiting {await metrics.WaitingAsync(new MetricScope { Submerchant = name, Channel = channel }, TestClock.Start, default)}\n");
        }
        await app.InDbAsync(async db =>
        {
            foreach (var day in await LabelQueries.DaysAsync(db, TestClock.Start.AddDays(-720), TestClock.Start)) text.Append(CultureInfo.InvariantCulture, $"{day}\n");
            text.Append(CultureInfo.InvariantCulture, $"{await LabelQueries.CoverageAsync(db, TestClock.Start.AddDays(-720), TestClock.Start, TestClock.Start)}\n");
            foreach (var its in (await LabelQueries.SignalsAsync(db, TestClock.Start.AddDays(-720), TestClock.Start)).OrderBy(s => s.Key)) text.Append(CultureInfo.InvariantCulture, $"{its}\n");
        });
        return text.ToString();
    }

    private static async Task<long> CountAsync(PanelApp app, string submerchant)
    {
        await using var services = app.Services.CreateAsyncScope();
        var metrics = services.ServiceProvider.GetRequiredService<MetricReader>();
        await using var snapshot = await metrics.SnapshotAsync(default);
        return (await metrics.SheetsAsync(new MetricScope { Submerchant = submerchant }, [MetricSpan.Of(TestClock.Start.AddDays(-720), TestClock.Start.AddDays(30))], default))[0].Count(RowRule.Everything);
    }

    private static async Task<(int Code, string Error)> VerifyAsync(PanelApp app)
    {
        using var error = new StringWriter();
        var command = new VerifyRollups();
        var run = new CommandRun(command, [], []) { Services = app.Services, Out = TextWriter.Null, Error = error };
        return (await command.RunAsync(run, default), error.ToString().TrimEnd());
    }

    private static async Task<string> SaidAsync(PanelApp app) => (await SayAsync(app, new VerifyRollups())).Said;

    private static async Task<(int Code, string Said)> SayAsync(PanelApp app, Command command)
    {
        using var said = new StringWriter();
        var run = new CommandRun(command, [], []) { Services = app.Services, Out = said, Error = TextWriter.Null };
        return (await command.RunAsync(run, default), said.ToString());
    }
}
