using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Velocity;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// What is known of somebody or something, and around one assessment: read through the term index and the memory of recent activity, never by going through the log,
/// so it takes as long on the first day as after a million payments.
/// </summary>
public sealed partial class EntityEvidence(PanelDb db, AssessmentReader assessments, AssessService service, ListEvidence lists, EntityLookups lookups, IOptions<PanelOptions> panel, TimeProvider clock, Reader reader, Texts T)
{
    /// <summary>Assessments of one entity that are counted; whoever has more is told so.</summary>
    public const int MostCounted = 5_000;

    /// <summary>Assessments that are looked at for each thing that one shares with others.</summary>
    public const int MostLinked = 200;

    /// <summary>Lines of linked assessments that are shown.</summary>
    public const int LinesShown = 8;

    /// <summary>Lines of linked assessments that are listed for whoever wants all of them.</summary>
    public const int MostListed = 200;

    public const int StripLength = 10;

    private const int MostLookedInto = 60;
    private const int MostAttributes = 16;

    /// <summary>The lifetime of one value. Ask <see cref="MayLookUp"/> first.</summary>
    public async Task<EntityView> OfEntityAsync(TermKind kind, string text, CancellationToken stop)
    {
        var events = (await assessments.HistoriesAsync([(kind, text)], MostCounted + 1, stop))[0];
        var isMore = events.Count > MostCounted;
        if (isMore) events = [.. events.Take(MostCounted)];
        var seqs = events.Take(MostLookedInto).Select(e => e.Seq).ToArray();
        var stored = await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).Select(a => new { a.Seq, a.Facts }).ToDictionaryAsync(a => a.Seq, a => a.Facts, stop);
        List<Facts> read = [];
        foreach (var seq in seqs)
        {
            if (!stored.TryGetValue(seq, out var bytes)) continue;
            var facts = new Facts();
            FactSnapshot.Read(bytes, facts);
            read.Add(facts);
        }
        var newest = read.Count > 0 ? read[0] : null;
        var attributes = Attributes(kind, read);
        var usual = await UsualAmongAsync(attributes, stop);
        return new EntityView
        {
            Kind = kind,
            Text = newest is not null && FoundBy.Text(newest, kind) is { } written ? written : text,
            Events = events,
            IsMore = isMore,
            Newest = newest,
            Holder = kind is TermKind.Beneficiary or TermKind.Account ? read.Select(f => f.Text(Known.BeneficiaryName)).FirstOrDefault(name => name is not null) : null,
            Activity = newest is null ? null : Activity(kind, newest, Among(kind, newest)),
            Attributes = Sorted(attributes.Select(a => a.Attribute with { IsUsual = usual.Contains((a.Attribute.Kind, a.Attribute.Text)) })),
            LookedAt = read.Count,
            MetList = read.Exists(facts => ListEvidence.TypesOf(kind).Any(type => facts.Number(FactCatalog.List(type)) > 0)),
        };
    }

    /// <summary>Whether this person may look up one more now: see <see cref="EntityLookups"/>.</summary>
    public bool MayLookUp(Guid person) => lookups.TryTake(person);

    /// <summary>Everything around one assessment, for the page it is judged on. What its payer usually does goes to its reasons.</summary>
    public async Task<PaymentEvidence> OfAssessmentAsync(WhyView why, LinkChoice choice, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(why);
        ArgumentNullException.ThrowIfNull(choice);
        var (stored, facts) = (why.Stored, why.Facts);
        var (texts, histories, payees, ordered) = await AroundAsync(stored, facts, stop);
        var links = await LinkAttributesAsync(stored, facts, texts, histories, payees, ordered, choice, stop);
        var payer = EntityWords.People(stored.Flow).Select(kind => texts.FindIndex(t => t.Kind.Entity() == kind)).FirstOrDefault(place => place >= 0, -1);
        var here = histories.SelectMany(h => h).FirstOrDefault(e => e.Seq == stored.Seq);
        // A beneficiary that was never paid is looked for by the name, which few have, or is told of.
        var (same, named) = (payer, (StripNamed?)null);
        if (payees is not null && payer >= 0 && texts[payer].Kind == TermKind.Beneficiary && histories[payer].All(e => e.Seq == stored.Seq) && texts.FindIndex(t => t.Kind == TermKind.BeneficiaryName) is >= 0 and var name)
        {
            if (payees.Namesakes <= PayeeView.MostNamesakes) same = name;
            else named = new StripNamed(texts[name].Text, Math.Min(histories[name].Count(e => e.Seq != stored.Seq), MostLinked), histories[name].Count > MostLinked);
        }
        // A customer number that is new tells nothing where its e-mail has a history.
        else if (stored.Flow == Flow.PayIn && payer >= 0 && texts[payer].Kind == TermKind.Customer && histories[payer].All(e => e.Seq == stored.Seq) && texts.FindIndex(t => t.Kind == TermKind.Email) is >= 0 and var email) same = email;
        var strip = payer < 0 ? [] : histories[same].Take(StripLength).ToList();
        // Of whoever did much since, the one at hand takes the place of the oldest: it is what they are compared with.
        var isOlder = payer >= 0 && histories[same].Count > StripLength && !stored.Simulated && strip.TrueForAll(e => e.Seq != stored.Seq);
        if (isOlder) strip = [.. strip.Take(StripLength - 1), here ?? Alone(stored)];
        var linked = Linked(stored.Seq, texts, histories, links, choice);
        var lines = await LinesAsync([.. strip.Select(e => e.Seq).Concat(linked.Take(LinesShown).Select(l => l.Event.Seq)).Append(stored.Seq).Distinct()], stop);
        var unsure = await LabelQueries.InconclusiveAsync(db, [.. strip.Where(e => e.Label is null).Select(e => e.Seq)], stop);
        var others = payer < 0 ? [] : histories[payer].Where(e => e.Seq != stored.Seq).Take(MostLinked).ToList();
        // As the last events are: of a new id those of the name, of a new customer number those of the e-mail.
        var before = payer < 0 ? [] : histories[same].Where(e => e.Seq != stored.Seq).Take(MostLinked).ToList();
        why.IsKnownByName = payer >= 0 && same != payer && texts[same].Kind == TermKind.BeneficiaryName;
        why.GoodBefore = Balance.IsDoubted(before) ? 0 : before.Count(e => e.Flow == stored.Flow && Balance.IsGoodBefore(e, stored.At));
        why.Habits = await HabitsAsync(stored, facts, texts, histories, payer, stop);
        // Of a payout they are of whoever orders it, and told as such.
        Dictionary<TermKind, IReadOnlySet<long>> alike = [];
        foreach (var (place, (kind, _)) in texts.Index())
            if (kind is TermKind.Device or TermKind.Card or TermKind.Ip && ordered is not { IsNamed: true }) alike[kind] = histories[place].Select(e => e.Seq).ToHashSet();
        var declined = await DeclinedAsync(stored, payer < 0 ? [] : others, links, histories, stop);
        var places = PlacesView.Of(facts, T);
        var twins = await SameAmountAsync(stored, facts, stop);
        TermKind? payerKind = payer < 0 ? null : texts[payer].Kind;
        var known = here?.Label;
        var said = known is null ? null : await SaidAsync(stored.Seq, stop);
        var sent = SentByShop.Of(stored, !(stored.KeyId is { } key && await db.ApiKeys.AnyAsync(k => k.Id == key && k.Type == KeyType.Checkout, stop)), T);
        return new PaymentEvidence(
            payer < 0 ? null : new StripView(texts[same].Kind, texts[same].Text, StripView.Spaced(strip.Where(e => lines.ContainsKey(e.Seq)).Reverse().Select(e => new StripEvent(lines[e.Seq].Id, e, lines[e.Seq].Outcome, e.Seq == stored.Seq, (e.At, e.Seq).CompareTo((stored.At, stored.Seq)) > 0) { IsInconclusive = unsure.Contains(e.Seq) })),
                Math.Min(histories[same].Count, MostLinked), histories[same].Count > MostLinked, isOlder) { Named = named },
            View(stored, choice, links, linked, lines, histories) with { SameAmount = twins, HasOwnAccount = payees?.HasOwnAccount == true },
            Balance.Of(stored.Flow, stored.At, facts, why.Hits, why.Steps, known, said, stored.Currency, payerKind, others, links, alike, declined, payer >= 0 && histories[payer].Count > MostLinked, places, reader, T).With(sent.Arguments(T)).With(payees?.Arguments(reader, T) ?? ([], [])).With(ordered?.Arguments(why.Hits, reader, T) ?? ([], [])).With(twins?.Arguments(T) ?? ([], [])).With((why.Habits?.UsualHour(why, T) is { } hour ? [hour] : [], [])),
            places, await lists.MetAsync(facts, stored, stop), sent);
    }

    /// <summary>Of a payout, whoever has it paid is asked first: devices and places are theirs, and so is whom they pay.</summary>
    private async Task<Habits?> HabitsAsync(StoredAssessment stored, Facts facts, List<(TermKind Kind, string Text)> texts, List<IReadOnlyList<TermEvent>> histories, int payer, CancellationToken stop)
    {
        if (payer < 0) return null;
        List<TermEvent> Earlier(int place) => [.. histories[place].Where(e => e.Seq != stored.Seq && e.Flow == stored.Flow && (e.At, e.Seq).CompareTo((stored.At, stored.Seq)) < 0)];
        var paid = Earlier(payer);
        var (whose, earlier) = (payer, paid);
        if (stored.Flow == Flow.PayOut && texts.FindIndex(t => t.Kind is TermKind.Customer or TermKind.Email) is >= 0 and var orders && (paid.Count == 0 || Earlier(orders).Count > 0)) (whose, earlier) = (orders, Earlier(orders));
        var seqs = earlier.Take(Habits.MostLookedInto).Select(e => e.Seq).ToArray();
        var snapshots = seqs.Length == 0 ? [] : await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).Select(a => new { a.Seq, a.Facts }).ToDictionaryAsync(a => a.Seq, a => a.Facts, stop);
        return Habits.Of(stored, facts, texts[whose].Kind, panel.Value.Zone, earlier, paid, snapshots, isComplete: histories[whose].Count <= MostLinked);
    }

    /// <summary>What people declined for good of those that share something, what failed its challenge, and what the engine declined; what time declined nobody looked at.</summary>
    private async Task<DeclinedBefore?> DeclinedAsync(StoredAssessment stored, List<TermEvent> own, List<LinkAttribute> links, List<IReadOnlyList<TermEvent>> histories, CancellationToken stop)
    {
        var others = histories.ConvertAll(h => (IReadOnlyList<TermEvent>)[.. h.Where(e => e.Seq != stored.Seq).Take(MostLinked)]);
        var seqs = others.SelectMany(o => o).Where(e => e.Outcome == ReviewOutcome.Decline).Select(e => e.Seq).Distinct().ToArray();
        var declines = seqs.Length == 0 ? [] : await db.Set<Review>().AsNoTracking().Where(r => seqs.Contains(r.Seq) && (r.DecidedById != null || r.Reason == ChallengeAnswers.Declined) && !r.IsTimedOut).Select(r => new { r.Seq, r.Reason }).ToDictionaryAsync(r => r.Seq, r => r.Reason, stop);
        return DeclinedBefore.Of(own.Select(e => e.Seq).ToHashSet(), links, others, declines);
    }

    /// <summary>With what people decided of them, though that may still be undone, or that they wait for one to.</summary>
    private async Task<Dictionary<long, AssessmentLine>> LinesAsync(IReadOnlyCollection<long> seqs, CancellationToken stop)
    {
        var lines = (await assessments.FindAsync([.. seqs], stop)).Select(s => AssessmentReader.Line(s) with { Bought = Payee.Briefly(s, T) ?? SentByShop.Bought(s) });
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var reviews = await db.Set<Review>().AsNoTracking().Where(r => seqs.Contains(r.Seq)).Select(r => new { r.Seq, r.Queue, r.State, r.Outcome, r.Reason, r.Note, r.Label, r.SettlesAt, By = db.Users.Where(u => u.Id == r.DecidedById).Select(u => u.DisplayName).FirstOrDefault() }).ToDictionaryAsync(r => r.Seq, stop);
        var escalated = reviews.Values.Where(r => r.Queue == ReviewQueue.EscalatedNumber && (r.State == ReviewState.Open || (r.State == ReviewState.Decided && r.SettlesAt > now))).Select(r => r.Seq).ToList();
        var asked = escalated.Count == 0 ? [] : (await db.Set<ReviewEvent>().AsNoTracking().Where(e => escalated.Contains(e.Seq) && e.Kind == ReviewEventKind.Escalated).OrderBy(e => e.At).Select(e => new { e.Seq, e.Note }).ToListAsync(stop)).GroupBy(e => e.Seq).ToDictionary(e => e.Key, e => e.Last().Note);
        var codes = (await db.Set<Label>().AsNoTracking().Where(l => seqs.Contains(l.Seq) && l.Outcome == LabelOutcome.Fraud && l.Source != LabelSource.Analyst && l.Reason != null && l.Reverses == null && !db.Set<Label>().Any(o => o.Reverses == l.Number))
            .OrderBy(l => l.Number).Select(l => new { l.Seq, l.Reason }).ToListAsync(stop)).GroupBy(l => l.Seq).ToDictionary(l => l.Key, l => l.Last().Reason);
        return lines.Select(l => l with { LabelReason = codes.GetValueOrDefault(l.Seq) }).ToDictionary(l => l.Seq, l => !reviews.TryGetValue(l.Seq, out var its) ? l : its.State == ReviewState.Open ? l with { Outcome = its.Outcome, Waits = true, IsEscalated = its.Queue == ReviewQueue.EscalatedNumber, Asked = asked.GetValueOrDefault(l.Seq) }
            : l with { IsEscalated = its.Queue == ReviewQueue.EscalatedNumber, Asked = asked.GetValueOrDefault(l.Seq), Outcome = its.Outcome, Reason = its.Reason, Note = its.Note, DecidedBy = its.By, Says = its.Label, IsUndoable = its.State == ReviewState.Decided && its.SettlesAt > now });
    }

    /// <summary>As an event among others, where they are too many for it to be found among them.</summary>
    private static TermEvent Alone(StoredAssessment stored) => new(stored.Seq, stored.At, stored.Flow, stored.Decision, stored.Score, stored.Amount, stored.Currency, null, false, false);

    /// <summary>Who said what of it, oldest first, without what was taken back.</summary>
    private async Task<string> SaidAsync(long seq, CancellationToken stop)
    {
        var labels = await LabelQueries.HistoryAsync(db, seq, stop);
        return string.Join(" · ", labels.Where(l => l.Reverses is null && !labels.Exists(o => o.Reverses == l.Number))
            .Select(l => $"{T.Name(l.Source)}{(l.Source == LabelSource.Analyst && l.ActorId is not null ? " " + l.ActorName : "")}, {reader.Day(l.KnownAt.ToUnixTimeMilliseconds())}: {T.Name(l.Outcome)}{(l.Reason is { } reason ? $" ({T.LabelReason(reason)})" : "")}"));
    }

    /// <summary>The links alone, as a reader chose them.</summary>
    public async Task<LinksView> LinksAsync(StoredAssessment stored, LinkChoice choice, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        var (texts, histories, payees, ordered) = await AroundAsync(stored, facts, stop);
        var links = await LinkAttributesAsync(stored, facts, texts, histories, payees, ordered, choice, stop);
        var linked = Linked(stored.Seq, texts, histories, links, choice);
        var lines = await LinesAsync([.. linked.Take(choice.Whole ? MostListed : LinesShown).Select(l => l.Event.Seq), stored.Seq], stop);
        return View(stored, choice, links, linked, lines, histories) with { SameAmount = await SameAmountAsync(stored, facts, stop), HasOwnAccount = payees?.HasOwnAccount == true };
    }

    /// <summary>Other payers who paid the very amount at its shop within minutes, where it is rare there; null: none.</summary>
    private async Task<SameAmount?> SameAmountAsync(StoredAssessment stored, Facts facts, CancellationToken stop)
    {
        if (stored.Flow != Flow.PayIn || stored.Simulated || stored.Amount == 0) return null;
        if (await assessments.AmountSeenAsync(stored, FoundBy.Submerchant(facts), TimeSpan.FromMinutes(SameAmount.Minutes), stop) is not { } seen || !SameAmount.IsRare(seen)) return null;
        var isNew = SameAmount.IsNew(facts);
        // Whoever tries one thing with one card after another is new each time.
        var seqs = (isNew && facts.Has(Known.CardBin) ? seen.Near.Concat(seen.Far) : seen.Near).ToArray();
        var read = await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).Select(a => new { a.Seq, a.Facts }).ToDictionaryAsync(a => a.Seq, a => a.Facts, stop);
        List<(long Seq, bool IsNew, bool IsMailKnown)> others = [];
        foreach (var seq in seqs)
        {
            if (!read.TryGetValue(seq, out var bytes)) continue;
            var their = new Facts();
            FactSnapshot.Read(bytes, their);
            if (seen.Far.Contains(seq) && !(SameAmount.IsNew(their) && SameAmount.IsOfOneRange(facts, their))) continue;
            if (SameAmount.IsOther(facts, their)) others.Add((seq, isNew && SameAmount.IsNew(their), SameAmount.IsMailKnown(their)));
        }
        if (others.Count == 0) return null;
        seqs = [.. others.Select(o => o.Seq)];
        var lines = await LinesAsync(seqs, stop);
        var labels = await db.Set<CurrentLabel>().AsNoTracking().Where(l => seqs.Contains(l.Seq)).ToDictionaryAsync(l => l.Seq, stop);
        List<AmountTwin> twins = [.. others.Select(o => new AmountTwin(lines[o.Seq] with { Label = labels.TryGetValue(o.Seq, out var label) ? label.Outcome : null, LabelledBy = label?.Source }, o.IsNew, (lines[o.Seq].At - stored.Instant).Duration()) { IsMailKnown = o.IsMailKnown, IsFar = seen.Far.Contains(o.Seq) }).DistinctBy(t => t.Named?.Text, StringComparer.OrdinalIgnoreCase).Take(SameAmount.MostNamed)];
        return new SameAmount(twins, stored.Money, seen.Same, seen.Of);
    }

    private static List<(TermKind Kind, string Text)> Named(Facts facts)
    {
        List<(TermKind, string)> texts = [];
        foreach (var kind in EntityWords.Kinds)
            if (FoundBy.Text(facts, kind) is { } text && !string.IsNullOrWhiteSpace(text)) texts.Add((kind, text));
        return texts;
    }

    private async Task<List<LinkAttribute>> LinkAttributesAsync(
        StoredAssessment stored, Facts facts, List<(TermKind Kind, string Text)> texts, List<IReadOnlyList<TermEvent>> histories, PayeeView? payees, OrderedFrom? ordered, LinkChoice choice, CancellationToken stop)
    {
        List<LinkAttribute> links = [];
        for (var i = 0; i < texts.Count; i++)
        {
            var others = histories[i].Where(e => e.Seq != stored.Seq).ToList();
            var isMore = others.Count > MostLinked;
            if (isMore) others.RemoveRange(MostLinked, others.Count - MostLinked);
            var people = await PeopleAsync(texts[i].Kind, stored.Flow, facts, others, payees, stop);
            var link = new LinkAttribute(texts[i].Kind, texts[i].Text, others.Count, isMore, people?.Others, people is { IsMore: true } || (isMore && texts[i].Kind is TermKind.EmailDomain or TermKind.BeneficiaryName or TermKind.Account),
                others.Count(e => e.Label == LabelOutcome.Fraud), others.Count(e => e.Label == LabelOutcome.Good), false) 
            {
                OutsideFraud = others.Count(e => e.Label == LabelOutcome.Fraud && e.LabelledBy != LabelSource.Analyst),
                IsUsual = ordered?.IsUsual(texts[i].Kind) == true,
                OrdersPayouts = ordered is { IsNamed: true } && texts[i].Kind is TermKind.Device or TermKind.Ip,
                Numbers = people is { Numbers: > 0 and var more } ? more + (facts.Has(Known.CustomerId) ? 1 : 0) : 0,
            };
            // A name that many have is chance.
            links.Add(link with { IsChosen = choice.Kinds?.Contains(link.Kind) ?? (link.Kind == TermKind.BeneficiaryName ? link.Strength != LinkStrength.Weak : !link.IsLoose) });
        }
        // Colleagues share a domain; where nothing else leads to others, that is what there is to see.
        if (choice.Kinds is null && !links.Exists(l => l.IsChosen && l.Count > 0) && links.FindIndex(l => l.Count > 0) is >= 0 and var only) links[only] = links[only] with { IsChosen = true };
        return links;
    }

    /// <summary>With how many different other people a value was seen in the last 30 days, and with how many more numbers of the same payer; null while memory is rebuilt.</summary>
    private async Task<(int Others, int Numbers, bool IsMore)?> PeopleAsync(TermKind kind, Flow flow, Facts facts, List<TermEvent> others, PayeeView? payees, CancellationToken stop)
    {
        var since = clock.GetUtcNow().AddMilliseconds(-Window.ThirtyDays.Milliseconds()).ToUnixTimeMilliseconds();
        if (kind is TermKind.BeneficiaryName or TermKind.Account) return (payees?.Others(kind, others.Where(e => e.At >= since)) ?? 0, 0, false);
        if (kind != TermKind.EmailDomain) return service.Memory is null ? null : Activity(kind, facts, EntityWords.Others(flow)) is { } activity ? (activity.Others, activity.Selves, activity.IsMore) : (0, 0, false);
        // Memory keeps nothing by domain, so those found are asked for their addresses.
        var recent = await assessments.LinesAsync([.. others.Where(e => e.At >= since).Select(e => e.Seq)], stop);
        var own = facts.Text(Known.Email);
        return (recent.Select(l => l.Email).OfType<string>().Where(email => !string.Equals(email, own, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Count(), 0, false);
    }

    /// <summary>What shares any or all of what is chosen: in turn one known to be fraud, one known to be good and one of which nobody has said, so that whichever there is is seen first.</summary>
    private static List<(TermEvent Event, IReadOnlyList<TermKind> Shared)> Linked(
        long own, List<(TermKind Kind, string Text)> texts, List<IReadOnlyList<TermEvent>> histories, List<LinkAttribute> links, LinkChoice choice)
    {
        var shared = new Dictionary<long, (TermEvent Event, List<TermKind> Kinds)>();
        for (var i = 0; i < texts.Count; i++)
        {
            // Colleagues share a domain, strangers a name: that counts only where it is chosen.
            if (links[i] is { IsLoose: true, IsChosen: false }) continue;
            foreach (var e in histories[i].Take(MostLinked + 1))
            {
                if (e.Seq == own) continue;
                if (!shared.TryGetValue(e.Seq, out var known)) shared[e.Seq] = known = (e, []);
                known.Kinds.Add(texts[i].Kind);
            }
        }
        var chosen = links.Where(l => l.IsChosen).Select(l => l.Kind).ToHashSet();
        var rare = links.Where(l => l.Strength is LinkStrength.Strong or LinkStrength.Own).Select(l => l.Kind).ToHashSet();
        var linked = from one in shared.Values
                     where choice.All ? chosen.Count > 0 && chosen.IsSubsetOf(one.Kinds) : chosen.Overlaps(one.Kinds)
                     orderby one.Kinds.Exists(k => k is TermKind.Customer or TermKind.Email or TermKind.Beneficiary), one.Kinds.Exists(rare.Contains) descending, one.Event.At descending, one.Event.Seq descending
                     select (one.Event, Shared: (IReadOnlyList<TermKind>)one.Kinds);
        return [.. linked.Index().GroupBy(l => l.Item.Event.Label).SelectMany(known => known.Index()).OrderBy(l => l.Index).ThenBy(l => l.Item.Index).Select(l => l.Item.Item)];
    }

    private static LinksView View(
        StoredAssessment stored, LinkChoice choice, List<LinkAttribute> links, List<(TermEvent Event, IReadOnlyList<TermKind> Shared)> linked, Dictionary<long, AssessmentLine> lines, List<IReadOnlyList<TermEvent>> histories) =>
        new(stored.Id, stored.Seq, stored.Flow, choice.All, links,
            [.. linked.Take(choice.Whole ? MostListed : LinesShown).Where(l => lines.ContainsKey(l.Event.Seq)).Select(l => new LinkedLine(lines[l.Event.Seq] with { Label = l.Event.Label, LabelledBy = l.Event.LabelledBy, IsConflicted = l.Event.IsConflicted }, l.Shared))],
            linked.Count, histories.Any(h => h.Count > MostLinked), choice.Whole, lines.TryGetValue(stored.Seq, out var here) && here.Waits)
        {
            Fraud = linked.Count(l => l.Event.Label == LabelOutcome.Fraud),
            Good = linked.Count(l => l.Event.Label == LabelOutcome.Good),
            DeclinedSeqs = [.. linked.Where(l => l.Event is { Label: null, Final: Decision.Decline }).Select(l => l.Event.Seq)],
        };

    private List<(EntityAttribute Attribute, Facts Facts)> Attributes(TermKind own, List<Facts> read)
    {
        var found = new Dictionary<(TermKind, string), (string Text, Facts Facts, int With)>();
        foreach (var facts in read)
        {
            foreach (var (kind, text) in Named(facts))
            {
                if (kind == own) continue;
                var key = (kind, FoundBy.Normalize(text, kind));
                found[key] = found.TryGetValue(key, out var known) ? known with { With = known.With + 1 } : (text, facts, 1);
            }
        }
        var all = found.OrderByDescending(f => f.Value.With).Take(MostAttributes * 2).Select(f =>
        {
            var activity = Activity(f.Key.Item1, f.Value.Facts, Among(own, f.Value.Facts));
            return (new EntityAttribute(f.Key.Item1, f.Value.Text, f.Value.With, activity?.Others, activity?.IsMore == true, activity?.Count) { OrdersPayouts = f.Key.Item1 is TermKind.Device or TermKind.Ip && f.Value.Facts.Text(Known.Flow) == "payout" && FoundBy.Submerchant(f.Value.Facts).Length > 0, Numbers = activity is { Selves: > 0 and var more } ? more + (f.Value.Facts.Has(Known.CustomerId) ? 1 : 0) : 0 }, f.Value.Facts);
        });
        return [.. all];
    }

    // What few others share says most; what nobody shares says something only of this one.
    private static List<EntityAttribute> Sorted(IEnumerable<EntityAttribute> all) =>
        [.. all.OrderBy(a => a.Strength switch { LinkStrength.Strong => 0, LinkStrength.Medium => 1, LinkStrength.None or LinkStrength.Own => 2, _ => 3 }).ThenByDescending(a => a.With).ThenBy(a => a.Kind).Take(MostAttributes)];

    /// <summary>Whom a value is shared among: on the page of a person the people that the links of a case count, else others of its own kind.</summary>
    private static EntityKind[] Among(TermKind kind, Facts facts) => kind.IsPerson() || kind == TermKind.Account ? EntityWords.Others(facts.Text(Known.Flow) == "payout" ? Flow.PayOut : Flow.PayIn) : kind.Entity() is { } entity ? [entity] : [];

    private EntityActivity? Activity(TermKind kind, Facts facts, ReadOnlySpan<EntityKind> among)
    {
        if (service.Memory is not { } memory || kind.Entity() is not { } entity) return null;
        var keys = memory.Hasher.Keys(facts);
        var (own, email, now) = (0UL, 0UL, clock.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var other in among)
        {
            own = keys[(int)other];
            if (own != 0) break;
        }
        // A payer who registers anew is no other; an address of many customers is the shop's own, or nobody's. Of a payout it may be that of whoever orders them all.
        if (among is [EntityKind.Customer, EntityKind.Email, ..] && keys[(int)EntityKind.Email] is var mail && memory.Velocity.Activity(EntityKind.Email, mail, among, own, mail, now) is { Selves: <= LinkAttribute.MostNumbers }) email = mail;
        return memory.Velocity.Activity(entity, keys[(int)entity], among, own, email, now);
    }
}
