using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using Microsoft.AspNetCore.Mvc;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>How the list of a queue is sorted and what is left out, as its address says it.</summary>
public sealed class WaitingQuery
{
    public const string Free = "free", Taken = "taken", PayIn = "payin", PayOut = "payout";

    /// <summary>The names of all that an address may say.</summary>
    public static readonly IReadOnlyList<string> Names = ["sort", "flow", "currency", "amount_min", "held", "signal", "rule", "q"];

    public const int LongestSearch = 200, LongestRule = 64;
    private const int LongestWord = 40;

    private static readonly (string Word, ReviewOrder Order)[] Orders =
        [("due", ReviewOrder.Due), ("oldest", ReviewOrder.Oldest), ("newest", ReviewOrder.Newest), ("amount", ReviewOrder.Amount), ("score", ReviewOrder.Score)];

    [FromQuery(Name = "sort")] public string? Sort { get; set; }
    [FromQuery(Name = "flow")] public string? Flow { get; set; }
    [FromQuery(Name = "currency")] public string? Currency { get; set; }

    /// <summary>Major units.</summary>
    [FromQuery(Name = "amount_min")] public string? LeastAmount { get; set; }
    [FromQuery(Name = "held")] public string? Held { get; set; }

    /// <summary>The code of one that fired. What is no code, as of an old bookmark, is passed over.</summary>
    [FromQuery(Name = "signal")] public string? Signal { get; set; }

    /// <summary>The id of one that held it. What can be no id is passed over; one that nothing has leaves nothing.</summary>
    [FromQuery(Name = "rule")] public string? Rule { get; set; }
    [FromQuery(Name = "q")] public string? Search { get; set; }

    public ReviewFilter Filter { get; private set; } = new();
    public ReviewOrder Order { get; private set; }

    /// <summary>What could not be read: its field, and a sentence that names it. It leaves nothing out.</summary>
    public IReadOnlyList<(string Field, string Sentence)> Problems { get; private set; } = [];

    /// <summary>There is an amount, and nothing says of which currency.</summary>
    public bool LacksCurrency => !string.IsNullOrWhiteSpace(LeastAmount) && string.IsNullOrWhiteSpace(Currency);

    /// <summary>Something is asked that the list does not show by itself.</summary>
    public bool Asks => Order != ReviewOrder.Priority || !Filter.AsksNothing || Problems.Count > 0;

    public static string Word(ReviewOrder order) => Orders.FirstOrDefault(o => o.Order == order).Word ?? "";

    public string? ProblemOf(string field) => Problems.Where(p => p.Field == field).Select(p => p.Sentence).FirstOrDefault();

    /// <summary>Everything set, as it stands in the address.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs
    {
        get
        {
            (string Name, string? Value)[] all = [("sort", Sort), ("flow", Flow), ("currency", Currency), ("amount_min", LeastAmount), ("held", Held), ("signal", Signal), ("rule", Rule), ("q", Search)];
            return [.. all.Where(p => !string.IsNullOrWhiteSpace(p.Value)).Select(p => (p.Name, p.Value!.Trim()))];
        }
    }

    /// <summary>What the queue is gone through by, as it was read: nothing that could not be.</summary>
    public ReviewSelection Selection(int? queue) => new(queue, Filter, Order);

    /// <summary>The same as the parts of an address, of an item's page or of the list.</summary>
    public Dictionary<string, string> Way(int? queue, Guid? id = null)
    {
        // Its currency goes along with an amount that named none: what is left later may have several.
        (string Name, string? Value)[] all =
        [
            ("id", id?.ToString()), ("queue", queue?.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("sort", Word(Order)), ("flow", Filter.Flow is { } flow ? flow == Assess.Flow.PayIn ? PayIn : PayOut : null), ("currency", Filter.Currency),
            ("amount_min", Filter.LeastAmount is null ? null : LeastAmount!.Trim()), ("held", Filter.IsTaken is { } isTaken ? isTaken ? Taken : Free : null), ("signal", Filter.Signal is null ? null : Signal), ("rule", Filter.Rule), ("q", Filter.Search),
        ];
        return all.Where(p => !string.IsNullOrEmpty(p.Value)).ToDictionary(p => p.Name, p => p.Value!);
    }

    /// <summary>What is set, in words, each with the names it has in the address.</summary>
    /// <param name="T">The reader's language.</param>
    /// <param name="policy">The names of the rules; one that it has no more goes by its id.</param>
    public IEnumerable<(string Words, string[] Names)> Chips(Texts T, Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (Order != ReviewOrder.Priority) yield return (T.Name(Order), ["sort"]);
        if (Filter.Flow is { } flow) yield return (flow == Assess.Flow.PayIn ? T["Payments only"] : T["Payouts only"], ["flow"]);
        // Without its currency an amount says nothing.
        if (Filter.Currency is { } currency && !string.IsNullOrWhiteSpace(Currency)) yield return (currency, ["currency", "amount_min"]);
        if (Filter is { LeastAmount: { } least, Currency: { } of }) yield return (T["From {0}", new Money(least, of).Show()], ["amount_min"]);
        if (Filter.IsTaken is { } isTaken) yield return (isTaken ? T["Taken by somebody"] : T["Free to take"], ["held"]);
        if (SignalDefinition is { } signal) yield return (T[signal.Title], ["signal"]);
        if (Filter.Rule is { } rule) yield return (T["Rule {0}", policy.Rules.FirstOrDefault(r => r.Id == rule)?.Name ?? rule], ["rule"]);
        if (Filter.Search is { } search) yield return (T["“{0}”", search], ["q"]);
    }

    private SignalDefinition? SignalDefinition => Signal is not null && SignalCatalog.ByCode.TryGetValue(Signal.Trim(), out var found) ? found : null;

    /// <summary>Where the queue is listed like this; null: in no queue of its own.</summary>
    public string Address(int? queue, params string[] without) => Address(queue, Pairs.Where(p => !without.Contains(p.Name)));

    /// <summary>The same with one thing set otherwise; empty: without it.</summary>
    public string With(int? queue, string name, string value) => Address(queue, Pairs.Where(p => p.Name != name).Append((name, value)).Where(p => p.Item2.Length > 0));

    private static string Address(int? queue, IEnumerable<(string Name, string Value)> pairs) =>
        "/dashboard/reviews" + QueryString.Create([.. queue is { } number ? [KeyValuePair.Create("queue", (string?)number.ToString(System.Globalization.CultureInfo.InvariantCulture))] : Array.Empty<KeyValuePair<string, string?>>(), .. pairs.Select(p => KeyValuePair.Create(p.Name, (string?)p.Value))]).ToUriComponent();

    /// <summary>By its score nobody sorts what is decided blind, whatever an address says.</summary>
    public void DropScore()
    {
        if (Order == ReviewOrder.Score) (Order, Sort) = (ReviewOrder.Priority, null);
    }

    /// <summary>Reads what was written.</summary>
    /// <param name="T">The reader's language.</param>
    /// <param name="shared">The currency of an amount that names none; null: it needs one.</param>
    public void Read(Texts T, string? shared = null)
    {
        List<(string, string)> problems = [];
        (Order, Filter) = (ReviewOrder.Priority, new ReviewFilter());
        if (Said(Sort) is { } sort)
        {
            if (Orders.FirstOrDefault(o => o.Word == sort) is { Word: not null } known) Order = known.Order;
            else problems.Add(("sort", T["Sort by: “{0}” is none of those offered.", Short(sort)]));
        }
        if (Said(Flow) is { } flow)
        {
            if (flow is PayIn or PayOut) Filter = Filter with { Flow = flow == PayIn ? Assess.Flow.PayIn : Assess.Flow.PayOut };
            else problems.Add(("flow", T["Flow: “{0}” is none of those offered.", Short(flow)]));
        }
        if (Said(Currency) is { } currency)
        {
            if (Currencies.TryFind(currency.ToUpperInvariant(), out var code, out _)) Filter = Filter with { Currency = code };
            else problems.Add(("currency", T["Currency: “{0}” is no currency of ISO 4217.", Short(currency)]));
        }
        if (Said(LeastAmount) is { } amount)
        {
            if (LacksCurrency && shared is not null) Filter = Filter with { Currency = shared };
            if (LacksCurrency && shared is null) problems.Add(("amount_min", T["Amount from: an amount needs its currency."]));
            else if (Filter.Currency is { } its)
            {
                if (AmountText.TryMinor(amount, its, out var minor)) Filter = Filter with { LeastAmount = minor };
                else problems.Add(("amount_min", T["Amount from: “{0}” is no amount in {1}.", Short(amount), its]));
            }
        }
        if (Said(Held) is { } held)
        {
            if (held is Free or Taken) Filter = Filter with { IsTaken = held == Taken };
            else problems.Add(("held", T["Free or taken: “{0}” is none of those offered.", Short(held)]));
        }
        if (SignalDefinition is { } signal) Filter = Filter with { Signal = signal.Id };
        if (Said(Rule) is { Length: <= LongestRule } rule) Filter = Filter with { Rule = rule };
        if (Said(Search) is { } search) Filter = Filter with { Search = BankAccounts.Typed(search.Length > LongestSearch ? search[..LongestSearch] : search), Phones = PhoneNumbers.MayMean(search) };
        Problems = problems;

        static string? Said(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        static string Short(string text) => text.Length > LongestWord ? text[..LongestWord] + "…" : text;
    }
}
