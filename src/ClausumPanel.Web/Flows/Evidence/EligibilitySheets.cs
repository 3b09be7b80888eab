using System.Globalization;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Sheets 2 and 3: the programme's rules with what was found, and the earlier payments beside the disputed one.</summary>
internal sealed class EligibilitySheets(EvidenceFile file, EvidenceLayout layout, Texts texts) : EvidencePart(file, layout, texts)
{
    public EvidenceSheet Rules()
    {
        var sheet = Sheet(2, "eligibility", T["Eligibility"]);
        var table = new EvidenceTable("Eligibility", null,
            [new(T["Rule"], 8), new(T["Requirement"], 50), new(T["Value found"], 34), new(T["Read from assessments"], 40), new(T["Result"], 14), new(T["Missing item"], 34), new(T["What to do"], 50)], []);
        if (File.Eligibility is not { } e) sheet.Notes.Add(T["The scheme has no programme for earlier payments."]);
        else
        {
            sheet.Notes.Add($"{T.Name(e.Program)}: {T.Name(e.Standing)}");
            foreach (var rule in e.Rules)
                table.Rows.Add([rule.Id, T.Requirement(rule.Id), rule.Found.Length == 0 ? NotRecorded : T.Found(rule.Found), string.Join("\n", rule.Source.Select(IdOf)), T.Name(rule.Result) + (rule.IsAdvisory ? $" ({T["decides nothing"]})" : ""), rule.Missing?.Code(), T.Say(rule.Advice)]);
        }
        NothingIn(table, "–");
        sheet.Tables.Add(table);
        return sheet;
    }

    private string IdOf(long seq) => seq == Fields?.Stored.Seq ? Fields.Stored.Id.ToString() : File.Others.TryGetValue(seq, out var other) ? other.Stored.Id.ToString() : seq.ToString(CultureInfo.InvariantCulture);

    public EvidenceSheet Match()
    {
        var sheet = Sheet(3, "match", T["Matching payments"]);
        List<EvidenceColumn> columns =
        [
            new(T["Payment"], 14), new(T["Transaction id"], 38), new("ARN", 26), new(T["Processed at (UTC)"], 20), new(LocalHead, 20), new(T["Age in days"], 10), new(T["Age up to the dispute"], 10), new(T["Amount"], 14), new(T["Currency"], 9), new(T["Descriptor"], 20),
            new(T["Account"], 20), new(T["E-mail"], 28), new(T["IP address"], 24), new(T["Device id"], 26), new(T["Fingerprint"], 28), new(T["Shipping address"], 36), new(T["Address as compared"], 36), new(T["Description"], 36), new(T["Goods or services"], 14), new(T["Disputed"], 10),
            new(T["Reported as fraud"], 10),
        ];
        var table = new EvidenceTable("MatchingPayments", null, columns, []);
        if (File.Payment is { } disputed) table.Rows.Add(Line(T["Disputed payment"], disputed, null));
        foreach (var (prior, i) in (File.Eligibility?.Picked ?? []).Select((p, i) => (p, i))) table.Rows.Add(Line(T["Earlier payment {0}", i + 1], prior, File.Eligibility!.Candidates.First(c => c.Payment.Seq == prior.Seq)));
        NothingIn(table, T["The payment was not found among those assessed here."]);
        sheet.Tables.Add(table);
        var elements = new EvidenceTable("Matches", T["The same in all of them"], [new(T["Mark"], 14), new(T["Same in all"], 38), new(T["Counts as anchor"], 26)], []);
        if (File.Eligibility is { Picked.Count: > 0 } e)
        {
            foreach (var (element, state) in e.Elements) elements.Rows.Add([T.Name(element), T.Name(state), element is MatchElement.Ip or MatchElement.Device ? T["Yes"] : T["No"]]);
            elements.Rows.Add([T["Together"], EvidenceCell.Of(e.Elements.Count(x => x.Value == MatchState.Same)), e.Elements[MatchElement.Ip] == MatchState.Same || e.Elements[MatchElement.Device] == MatchState.Same ? T["Anchor there"] : T["No anchor"]]);
        }
        NothingIn(elements, T["There is no earlier payment to compare with."]);
        sheet.Tables.Add(elements);
        var candidates = new EvidenceTable("Candidates", T["All earlier payments that were looked at, in their rank"],
            [new(T["Rank"], 14), new(T["Assessment id"], 38), new(T["Chosen"], 26), new(T["Processed at (UTC)"], 20), new(LocalHead, 20), new(T["Age in days"], 10), new(T["Age up to the dispute"], 10), new(T["Amount"], 14), new(T["Currency"], 9), new(T["Same marks"], 20), new(T["Unknown marks"], 20), new(T["Why"], 28)], []);
        // A bank need not be told which payments were disputed or reported besides.
        foreach (var (c, i) in (File.Eligibility?.Candidates ?? []).Where(c => c.IsPicked || !Layout.Outward).Select((c, i) => (c, i)))
        {
            candidates.Rows.Add([EvidenceCell.Of(i + 1), c.Payment.Id.ToString(), c.IsPicked ? T["Yes"] : T["No"], Utc(c.Payment.Processed), Local(c.Payment.Processed), EvidenceCell.Of(c.AgeByPayment), EvidenceCell.Of(c.AgeByDispute), Amount(c.Payment.Amount, c.Payment.Currency),
                c.Payment.Currency, Marks(c, MatchState.Same), Marks(c, MatchState.Unknown), Why(c)]);
        }
        NothingIn(candidates, T["There is no earlier payment of this card."]);
        sheet.Tables.Add(candidates);
        return sheet;

        string Marks(PriorCandidate c, MatchState state) => string.Join(", ", c.Elements.Where(x => x.Value == state).Select(x => T.Name(x.Key)));
    }

    private string Why(PriorCandidate c) => c.Exclusion != PriorExclusion.None ? T.Name(c.Exclusion)
        : c.IsPicked ? (c.IsAgeDoubtful ? T["Chosen; the two ways to count its age disagree"] : T["Chosen: with the other it shares the most marks, then its age is beyond doubt, then it is the newest"])
        : c.IsAgeDoubtful ? T["The two ways to count its age disagree"] : T["Others share more marks, or are newer"];

    private EvidenceCell[] Line(string name, EvidencePayment p, PriorCandidate? c) =>
    [
        name, p.PaymentId ?? p.Id.ToString(), p.Arn, Utc(p.Processed), Local(p.Processed), c is null ? default : EvidenceCell.Of(c.AgeByPayment), c is null ? default : EvidenceCell.Of(c.AgeByDispute), Amount(p.Amount, p.Currency), p.Currency, p.Descriptor ?? NotRecorded,
        p.UserId ?? NotRecorded, p.Email ?? NotRecorded, p.ConsumerIp ?? NotRecorded, p.DeviceId ?? NotRecorded, p.Fingerprint ?? NotRecorded, p.ShippingAddress ?? NotRecorded, Matching.Address(p.ShippingAddress) ?? NotRecorded, p.Description ?? NotRecorded,
        p.Goods is null ? NotRecorded : T.Choice(p.Goods), c is null ? T["Yes"] : p.IsDisputed ? T["Yes"] : T["No"], p.IsReported ? T["Yes"] : T["No"],
    ];
}
