using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>What the place says that a payout was ordered from: where its shop orders, who orders there, whose accounts changed.</summary>
public sealed class OrderedFromTests
{
    private static readonly string[] Accounts = ["032180000118359719", "002010077777777771"];

    /// <param name="initiator">Who orders the one at hand, which pays "here"; a dash: nobody.</param>
    /// <param name="before">Of each before it: who is paid, to which account, how many hours before, by whose order.</param>
    private static string? Against(string initiator, string before, bool isCut = false)
    {
        const long Hour = 3_600_000;
        var at = TestClock.Start.ToUnixTimeMilliseconds();
        var all = before.Split(' ').Select(said => said.Split('.')).Select((p, i) => (Event: new TermEvent(i + 1, at - (long.Parse(p[2], CultureInfo.InvariantCulture) * Hour), Flow.PayOut, p is [.., "declined"] ? Decision.Decline : Decision.Approve, 0, 100, "MXN", p is [.., "good"] ? LabelOutcome.Good : null, false, false) { IsWaiting = p is [.., "waits"], Outcome = p is [.., "approved"] ? ReviewOutcome.Approve : null }, Payee: new Payee(p[0].Split('-')[0], null, p[0], Accounts[int.Parse(p[1], CultureInfo.InvariantCulture)], null, null, null, null) { OrderedBy = p[3], Shown = $"Sra. {p[0]}" })).ToList();
        var ordered = new OrderedFrom(new Dictionary<TermKind, IReadOnlyList<TermEvent>> { [TermKind.Device] = [.. all.Select(a => a.Event).OrderByDescending(e => e.At)] }, 0, false, true, at)
        {
            Payee = "here", Initiator = initiator == "-" ? null : initiator, Paid = all.ToDictionary(a => a.Event.Seq, a => a.Payee), Cut = isCut ? new HashSet<TermKind> { TermKind.Device } : [],
        };
        var culture = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en-US");
            var said = ordered.Arguments([], new Reader(new HttpContextAccessor(), Options.Create(new PanelOptions())), new Texts());
            Assert.Empty(said.For);
            return said.Against.SingleOrDefault() is { } one ? $"{one.Text} | {one.Detail}" : null;
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = culture;
        }
    }

    [Theory]
    [InlineData("ana.0.300.x ana.0.200.x ana.1.20.x luz.0.5.x", "Another one paid from there changed account | Sra. ana: CLABE ••9719 → CLABE ••7771, Nov 23")]
    [InlineData("ana.0.300.x ana.1.20.x.declined luz.1.200.x luz.0.5.x", "2 others paid from there changed account | Sra. luz: CLABE ••7771 → CLABE ••9719, Nov 24 · Sra. ana: CLABE ••9719 → CLABE ••7771, Nov 23 (declined)")]
    [InlineData("ana.0.300.x ana.1.20.x.waits", "Another one paid from there changed account | Sra. ana: CLABE ••9719 → CLABE ••7771, Nov 23")]
    [InlineData("ana.0.300.x ana.1.20.x.good luz.0.5.x", null)]                                 // rightly
    [InlineData("ana.0.300.x ana.1.200.x ana.1.20.x", null)]                                    // long before
    [InlineData("ana.0.300.x ana.1.200.x ana.0.20.x", null)]                                    // back to one that is known
    [InlineData("here.0.300.x here.1.20.x", null)]                                              // whom it pays is told of elsewhere
    [InlineData("acme-ana.0.300.x acme-luz.1.20.x", null)]                                      // one customer has two people paid
    [InlineData("ana.0.300.x.declined ana.1.20.x", null)]                                       // nothing ever went there
    [InlineData("ana.0.300.x ana.1.20.x.approved", "Another one paid from there changed account | Sra. ana: CLABE ••9719 → CLABE ••7771, Nov 23 (approved)")]
    [InlineData("ana.1.20.x", null)]                                                            // the first
    [InlineData("ana.0.300.x ana.1.20.x b.0.5.x c.0.5.x d.0.5.x e.0.5.x f.0.5.x", null)]             // of many paid some change on any day
    public void Accounts_of_others_that_changed_lately_stand_against_what_is_ordered_from_the_same_place(string before, string? said) => Assert.Equal(said, Against("x", before));

    [Theory]
    [InlineData("jorge", "a.0.200.laura b.0.150.laura c.0.100.laura d.0.90.system", "First ordered by jorge from there | from this device in the 30 days before: laura 3")]
    [InlineData("jorge", "a.0.200.laura b.0.150.laura c.0.100.iker d.0.5.JORGE", "Ordered by jorge, who began less than a day before | from this device in the 30 days before: laura 2, JORGE 1")]
    [InlineData("jorge", "a.0.200.laura b.0.150.laura c.0.100.laura d.0.30.jorge", null)]
    [InlineData("jorge", "a.0.200.laura b.0.150.laura c.0.100.system", null)]
    [InlineData("jorge", "a.0.3.laura b.0.2.laura c.0.1.laura", null)]
    [InlineData("-", "a.0.200.laura b.0.150.laura c.0.100.laura", null)]
    public void Who_orders_from_where_others_long_have_is_told(string initiator, string before, string? said)
    {
        Assert.Equal(said, Against(initiator, before));
        // What was not looked at to its beginning tells nothing.
        Assert.Null(Against(initiator, before, isCut: true));
    }

    [Theory]
    [InlineData(6, false, false, true)]
    [InlineData(4, false, false, false)]
    [InlineData(6, true, false, false)]
    [InlineData(6, false, true, false)]
    public void Only_what_was_looked_at_to_its_beginning_is_new(int all, bool isMore, bool isCut, bool isNew) =>
        Assert.Equal(isNew, new OrderedFrom(new Dictionary<TermKind, IReadOnlyList<TermEvent>> { [TermKind.Device] = [] }, all, isMore, true, 1) { Cut = isCut ? new HashSet<TermKind> { TermKind.Device } : [] }.IsNew(TermKind.Device));

    [Theory]
    [InlineData(8, "", "uno dos dos", true, true)]
    [InlineData(8, "fraud", "uno dos dos", false, false)]
    [InlineData(6, "", "uno dos dos", false, false)]
    [InlineData(8, "", "uno uno uno", false, false)]
    [InlineData(8, "", "uno dos HERE", true, true)]
    [InlineData(8, "", "here here dos", false, false)]
    [InlineData(8, "waits", "uno dos dos", true, false)]
    [InlineData(8, "declined", "uno dos dos", true, false)]
    public void A_device_that_is_new_pays_one_alone_or_led_to_fraud_is_no_office_and_one_that_is_doubted_speaks_for_nothing(int days, string became, string paid, bool isUsual, bool isTrusted)
    {
        const long day = 86_400_000;
        TermEvent At(long at, string what) => new(at, at, Flow.PayOut, Decision.Review, 0, 100, "MXN", what == "fraud" ? LabelOutcome.Fraud : null, false, false) { IsWaiting = what == "waits", Outcome = what == "declined" ? ReviewOutcome.Decline : ReviewOutcome.Approve };
        List<TermEvent> before = [At(0, ""), At(day, became), At(2 * day, "")];
        var ordered = new OrderedFrom(new Dictionary<TermKind, IReadOnlyList<TermEvent>> { [TermKind.Device] = before }, 3, false, true, days * day)
        {
            Seq = days * day,
            Lately = new Dictionary<TermKind, IReadOnlyList<TermEvent>> { [TermKind.Device] = [.. before, At(days * day, "waits")] },
            Payee = "here",
            Payees = paid.Split(' ').Index().Select(p => (Seq: p.Index * day, p.Item)).Append((Seq: days * day, Item: "here")).ToDictionary(p => p.Seq, p => (string?)p.Item),
        };
        Assert.Equal((isUsual, isTrusted, false), (ordered.IsUsual(TermKind.Device), ordered.IsTrusted(TermKind.Device), ordered.IsUsual(TermKind.Ip)));
    }
}
