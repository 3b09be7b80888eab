using System.Security.Cryptography;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Files;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What a case begins with.</summary>
public sealed record CaseOpening(CaseFacts Facts, CaseOrigin Origin)
{
    /// <summary>Null: by the amount.</summary>
    public CasePriority? Priority { get; init; }
    public Guid? AssignedToId { get; init; }
    public DateOnly? DueOn { get; init; }

    /// <summary>The label of the report that opens it.</summary>
    public long? ReportLabel { get; init; }
    public IReadOnlyList<StoredAssessment> Assessments { get; init; } = [];
    public IReadOnlyList<(CaseLinkKind Kind, Guid Target)> Links { get; init; } = [];
}

/// <summary>Who has it, how urgent, by when.</summary>
public readonly record struct CasePlan(CasePriority Priority, Guid? AssignedToId, DateOnly? DueOn);

/// <summary>What is to change; null leaves it.</summary>
public sealed record CaseEdit
{
    public Func<CaseFacts, CaseFacts>? Facts { get; init; }
    public Func<CasePlan, CasePlan>? Plan { get; init; }
    public CaseStatus? Status { get; init; }

    /// <summary>The version the person saw; null: whichever.</summary>
    public int? Version { get; init; }
}

/// <summary>How a step ended.</summary>
public enum CaseFate
{
    Done, NotFound,

    /// <summary>Somebody else changed it first.</summary>
    Stale,

    /// <summary>No such step from where it is.</summary>
    IllegalMove,

    /// <summary>It was submitted once.</summary>
    SubmittedAlready,

    /// <summary>What the sealed package states would change.</summary>
    Sealed,
    Archived,

    /// <summary>Nobody by that id who may work on cases.</summary>
    NobodySuch,

    /// <summary>The payment was kept long enough, and is removed.</summary>
    PaymentGone,

    /// <summary>The file is not taken, see <see cref="CaseAnswer.File"/>.</summary>
    FileRefused,
}

/// <param name="Case">As it is now; on a refusal as it was, where it is there.</param>
public sealed record CaseAnswer(CaseFate Fate, Case? Case = null)
{
    public bool IsDone => Fate == CaseFate.Done;

    /// <summary>What is wrong with a file, and what would be right.</summary>
    public (FileProblem Problem, FileRoom Room)? File { get; init; }
}

/// <summary>
/// The steps of cases, for pages, API, reports and the demo alike: each is one transaction with its line in the timeline, its event for the outside and its entry in the trail. The entity says what it allows.
/// </summary>
public sealed class ChangeCases(PanelDb db, AssessmentReader assessments, PolicyShelf policies, FileFolder folder, TimeProvider clock)
{
    public const string Subject = "case";

    /// <summary>Minor units that count as large where the policy names none for the currency.</summary>
    private const long UsualLarge = 1_000_000;

    /// <returns>Null when the person it is assigned to may not work on cases.</returns>
    public async Task<Case?> OpenAsync(CaseOpening opening, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(opening);
        if (opening.AssignedToId is { } person && !await MayWorkAsync(person, stop)) return null;
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var number = await db.NextEventAsync(stop);
        // What was kept long enough may have gone since the caller looked.
        List<StoredAssessment> there = [];
        foreach (var payment in opening.Assessments)
            if (await assessments.IsThereAsync(payment, stop)) there.Add(payment);
        var opened = await AddAsync(opening with { Assessments = there }, actor, now, number, stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return opened;
    }

    /// <summary>Inside a transaction that numbers events already; the caller saves.</summary>
    /// <param name="number">Of the event that tells of it.</param>
    internal async Task<Case> AddAsync(CaseOpening opening, Actor actor, DateTimeOffset now, long number, CancellationToken stop)
    {
        var facts = opening.Facts;
        var reference = CaseWords.NewReference();
        while (await db.Set<Case>().AnyAsync(c => c.ReferenceNumber == reference, stop)) reference = CaseWords.NewReference();
        var opened = new Case(reference, facts, opening.Priority ?? CaseWords.PriorityOf(facts.Amount, Large(facts.Currency)), opening.Origin, actor, now) { ReportLabel = opening.ReportLabel };
        db.Add(opened);
        db.Add(CaseEvent.Of(opened, CaseEventKind.Opened, actor, now));
        if (opening.AssignedToId is not null || opening.DueOn is not null)
        {
            opened.Plan(opened.Priority, opening.AssignedToId, opening.DueOn, now);
            if (opening.AssignedToId is { } person) db.Add(CaseEvent.Of(opened, CaseEventKind.Assigned, actor, now, await NameAsync(person, stop)));
        }
        foreach (var (kind, target) in opening.Assessments.Select(a => (CaseLinkKind.Assessment, a.Id)).Concat(opening.Links).Distinct())
            db.Add(new CaseLink { CaseId = opened.Id, Kind = kind, Target = target, At = now, ActorName = actor.Name });
        db.Audit(actor, AuditActions.CaseOpened, now, Subject, opened.Id.ToString(), after: opened.Summary);
        db.Add(Told(opened, OutboxEventType.CaseCreated, number, opening.Assessments.Count > 0 ? opening.Assessments[0].Seq : 0, null, now));
        return opened;
    }

    /// <summary>Inside a transaction that numbers events already: a payment of this case is reported, and what the report wrote belongs here. The caller saves.</summary>
    /// <param name="number">Of the event that tells of it.</param>
    /// <returns>Null when it is another report's already, or changes no more.</returns>
    internal async Task<Case?> TakeReportAsync(Guid id, CaseOpening report, Actor actor, DateTimeOffset now, long number, CancellationToken stop)
    {
        var payment = report.Assessments[0];
        if (await db.Set<Case>().SingleOrDefaultAsync(c => c.Id == id && c.ReportLabel == null, stop) is not { } its || !its.Extend(now)) return null;
        its.ReportLabel = report.ReportLabel;
        foreach (var (kind, target) in report.Links) db.Add(new CaseLink { CaseId = id, Kind = kind, Target = target, At = now, ActorName = actor.Name });
        db.Add(CaseEvent.Of(its, CaseEventKind.Reported, actor, now, payment.Id.ToString()));
        db.Audit(actor, AuditActions.CaseLinked, now, Subject, id.ToString(), after: new { Kind = CaseLinkKind.Label.Word(), Targets = report.Links.Select(l => l.Target) });
        db.Add(Told(its, OutboxEventType.CaseUpdated, number, payment.Seq, its.Status, now));
        return its;
    }

    /// <summary>Changes what it says, who has it, how urgent it is, where it is in its life; all of it or nothing.</summary>
    public async Task<CaseAnswer> ChangeAsync(Guid id, CaseEdit edit, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var number = await db.NextEventAsync(stop);
        if (await FindAsync(id, stop) is not { } found) return new(CaseFate.NotFound);
        if (edit.Version is { } seen && seen != found.Version) return Refuse(CaseFate.Stale, found);
        var (before, version, from, facts, plan) = (found.Summary, found.Version, found.Status, found.Facts, new CasePlan(found.Priority, found.AssignedToId, found.DueOn));

        var wanted = edit.Facts?.Invoke(facts) ?? facts;
        if (!found.Edit(wanted, now)) return Refuse(found.Status == CaseStatus.Archived ? CaseFate.Archived : CaseFate.Sealed, found);
        if (wanted != facts) db.Add(CaseEvent.Of(found, CaseEventKind.Edited, actor, now, string.Join(", ", Changed(facts, wanted))));

        var planned = edit.Plan?.Invoke(plan) ?? plan;
        if (planned.AssignedToId is { } person && planned.AssignedToId != plan.AssignedToId && !await MayWorkAsync(person, stop)) return Refuse(CaseFate.NobodySuch, found);
        if (!found.Plan(planned.Priority, planned.AssignedToId, planned.DueOn, now)) return Refuse(CaseFate.Archived, found);
        if (planned.AssignedToId != plan.AssignedToId) db.Add(CaseEvent.Of(found, CaseEventKind.Assigned, actor, now, planned.AssignedToId is { } to ? await NameAsync(to, stop) : null));
        if ((planned.Priority, planned.DueOn) != (plan.Priority, plan.DueOn))
            db.Add(CaseEvent.Of(found, CaseEventKind.Planned, actor, now, string.Join(", ", (string[])[.. planned.Priority != plan.Priority ? ["priority"] : Array.Empty<string>(), .. planned.DueOn != plan.DueOn ? ["due_date"] : Array.Empty<string>()])));

        if (edit.Status is { } status)
        {
            if (!found.Move(status, now)) return Refuse(CaseFate.IllegalMove, found);
            db.Add(CaseEvent.Of(found, CaseEventKind.Moved, actor, now, from: from, to: status));
        }
        if (found.Version == version) return new(CaseFate.Done, found);

        db.Audit(actor, AuditActions.CaseChanged, now, Subject, id.ToString(), before, found.Summary);
        db.Add(Told(found, OutboxEventType.CaseUpdated, number, await SeqAsync(id, stop), from, now));
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return new(CaseFate.Done, found);
    }

    public Task<CaseAnswer> NoteAsync(Guid id, string text, Actor actor, CancellationToken stop) => ExtendAsync(id, actor, CaseEventKind.Noted, null, (its, now) =>
    {
        var note = new CaseNote { Id = Guid.CreateVersion7(now), CaseId = its.Id, At = now, ActorId = actor.Id, ActorName = actor.Name, Text = text };
        db.Add(note);
        db.Audit(actor, AuditActions.CaseNoted, now, Subject, id.ToString(), after: new { Note = note.Id, Characters = text.Length });
    }, stop);

    /// <summary>Links a payment.</summary>
    public async Task<CaseAnswer> LinkAsync(Guid id, StoredAssessment stored, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (await db.Set<CaseLink>().AnyAsync(l => l.CaseId == id && l.Kind == CaseLinkKind.Assessment && l.Target == stored.Id, stop)) return new(CaseFate.Done, await db.Set<Case>().AsNoTracking().SingleAsync(c => c.Id == id, stop));
        return await ExtendAsync(id, actor, CaseEventKind.Linked, stored.Id.ToString(), (its, now) =>
        {
            db.Add(new CaseLink { CaseId = its.Id, Kind = CaseLinkKind.Assessment, Target = stored.Id, At = now, ActorName = actor.Name });
            db.Audit(actor, AuditActions.CaseLinked, now, Subject, id.ToString(), after: new { Kind = CaseLinkKind.Assessment.Word(), Target = stored.Id });
        }, stop, stored);
    }

    /// <param name="sentName">As it was sent.</param>
    public async Task<CaseAnswer> AddFileAsync(Guid id, string? sentName, byte[] bytes, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var (room, name) = ((await FileSettings.LoadAsync(db, stop)).Cases, ListTexts.Clean(FileTypes.CleanName(sentName)));
        var problem = room.Check(name, bytes, out var kind);
        if (problem == FileProblem.None && await db.Set<CaseFile>().CountAsync(f => f.CaseId == id, stop) >= room.Files) problem = FileProblem.TooMany;
        if (problem != FileProblem.None) return new(CaseFate.FileRefused) { File = (problem, room) };
        var stored = FileFolder.NewName();
        await folder.KeepAsync(stored, bytes, stop);
        var answer = new CaseAnswer(CaseFate.NotFound);
        try
        {
            return answer = await ExtendAsync(id, actor, CaseEventKind.FileAdded, name, (its, now) =>
            {
                var file = new CaseFile
                {
                    Id = Guid.CreateVersion7(now), CaseId = its.Id, Name = name!, ContentType = kind.ContentType(), Size = bytes.Length, Sha256 = SHA256.HashData(bytes), StoredAs = stored, At = now, ActorId = actor.Id, ActorName = actor.Name,
                };
                db.Add(file);
                db.Audit(actor, AuditActions.CaseFileAdded, now, Subject, id.ToString(), after: new { File = file.Id, file.Name, file.ContentType, file.Size, Sha256 = Convert.ToHexStringLower(file.Sha256) });
            }, stop);
        }
        finally
        {
            if (!answer.IsDone) folder.Forget(stored);
        }
    }

    /// <summary>Seals what the case says, once: the package is kept byte for byte, and nothing is transmitted to anybody.</summary>
    public async Task<CaseAnswer> SubmitAsync(Guid id, int? version, CaseReader reader, PanelOptions panel, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var number = await db.NextEventAsync(stop);
        if (await FindAsync(id, stop) is not { } found) return new(CaseFate.NotFound);
        if (found.IsSealed) return Refuse(CaseFate.SubmittedAlready, found);
        if (version is { } seen && seen != found.Version) return Refuse(CaseFate.Stale, found);
        var before = found.Summary;
        if (!found.Submit(now)) return Refuse(CaseFate.IllegalMove, found);
        db.Add(CaseEvent.Of(found, CaseEventKind.Submitted, actor, now, from: CaseStatus.InReview, to: CaseStatus.Submitted));
        await db.SaveChangesAsync(stop);            // the package is read from what is stored, inside the same transaction
        var detail = await reader.FindAsync(id, stop) ?? throw new InvalidOperationException("A case that was saved is there.");
        var package = SealedPackage.Make(detail, panel, actor, now);
        db.Add(package);
        db.Audit(actor, AuditActions.CaseSubmitted, now, Subject, id.ToString(), before, new { Status = found.Status.Word(), found.Version, Sha256 = Convert.ToHexStringLower(package.Sha256), Transmitted = false });
        db.Add(Told(found, OutboxEventType.CaseUpdated, number, await SeqAsync(id, stop), CaseStatus.InReview, now));
        // Who seals the case of a report stands by what was reported.
        if (found.ReportLabel is not null) db.Add(Told(found, OutboxEventType.FraudConfirmed, number + 1, await SeqAsync(id, stop), null, now));
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return new(CaseFate.Done, found);
    }

    /// <summary>Those a case can be assigned to.</summary>
    public Task<List<(Guid Id, string Name)>> WorkersAsync(CancellationToken stop) => WorkersAsync(db, stop);

    internal static async Task<List<(Guid Id, string Name)>> WorkersAsync(PanelDb db, CancellationToken stop)
    {
        var roles = Permissions.Matrix[Permissions.ManageCases];
        return [.. (await db.Users.Where(u => u.IsActive && roles.Contains(u.Role)).OrderBy(u => u.DisplayName).Select(u => new { u.Id, u.DisplayName }).ToListAsync(stop)).Select(u => (u.Id, u.DisplayName))];
    }

    /// <summary>What the organization calls a large amount in that currency.</summary>
    internal long Large(string? currency, Flow flow = Flow.PayIn) => policies.Active.Policy.Limits.FirstOrDefault(l => l.Flow == flow && l.Currency == currency)?.Large ?? UsualLarge;

    private async Task<CaseAnswer> ExtendAsync(Guid id, Actor actor, CaseEventKind kind, string? detail, Action<Case, DateTimeOffset> add, CancellationToken stop, StoredAssessment? payment = null)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.NextEventAsync(stop);              // two at once take turns
        if (await FindAsync(id, stop) is not { } found) return new(CaseFate.NotFound);
        if (payment is not null && !await assessments.IsThereAsync(payment, stop)) return Refuse(CaseFate.PaymentGone, found);
        if (!found.Extend(now)) return Refuse(CaseFate.Archived, found);
        add(found, now);
        db.Add(CaseEvent.Of(found, kind, actor, now, detail));
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return new(CaseFate.Done, found);
    }

    /// <summary>As it is stored: what this unit of work knew of it before may be older than the lock.</summary>
    private async Task<Case?> FindAsync(Guid id, CancellationToken stop)
    {
        db.ChangeTracker.Clear();
        return await db.Set<Case>().SingleOrDefaultAsync(c => c.Id == id, stop);
    }

    private CaseAnswer Refuse(CaseFate fate, Case found)
    {
        db.ChangeTracker.Clear();
        return new(fate, found);
    }

    private async Task<bool> MayWorkAsync(Guid person, CancellationToken stop) => (await WorkersAsync(stop)).Any(w => w.Id == person);

    private Task<string?> NameAsync(Guid person, CancellationToken stop) => db.Users.Where(u => u.Id == person).Select(u => u.DisplayName).FirstOrDefaultAsync(stop);

    /// <summary>Of the first payment it speaks of; zero when it speaks of none.</summary>
    private async Task<long> SeqAsync(Guid id, CancellationToken stop)
    {
        var first = await db.Set<CaseLink>().Where(l => l.CaseId == id && l.Kind == CaseLinkKind.Assessment).OrderBy(l => l.At).Select(l => (Guid?)l.Target).FirstOrDefaultAsync(stop);
        return first is { } assessment ? AssessmentId.SeqOf(assessment) : 0;
    }

    private static OutboxEvent Told(Case its, OutboxEventType type, long number, long seq, CaseStatus? before, DateTimeOffset now) =>
        new() { Number = number, Type = type, Seq = seq, At = now.ToUnixTimeMilliseconds(), CaseId = its.Id, CaseVersion = its.Version, Before = before?.Word(), After = its.Status.Word() };

    private static IEnumerable<string> Changed(CaseFacts was, CaseFacts now)
    {
        if (was.IncidentType != now.IncidentType) yield return "incident_type";
        if (was.IncidentDate != now.IncidentDate) yield return "incident_date";
        if (was.Jurisdiction != now.Jurisdiction) yield return "jurisdiction";
        if ((was.Amount, was.Currency) != (now.Amount, now.Currency)) yield return "amount";
        if (was.VictimName != now.VictimName) yield return "victim_name";
        if (was.VictimEmail != now.VictimEmail) yield return "victim_email";
        if (was.Description != now.Description) yield return "description";
    }
}
