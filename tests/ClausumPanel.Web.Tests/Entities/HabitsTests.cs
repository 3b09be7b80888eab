using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>What is usual of whoever pays, beside each signal that looks at it.</summary>
public sealed class HabitsTests
{
    private const long Hour = 3_600_000, Day = 24 * Hour;
    private static readonly TimeZoneInfo Mexico = TimeZoneInfo.FindSystemTimeZoneById("America/Mexico_City");

    // 03:12 in Mexico.
    private static readonly long Now = new DateTimeOffset(2026, 11, 24, 9, 12, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static Facts Paid(params ReadOnlySpan<(Fact Fact, string Text)> changed)
    {
        var facts = new Facts();
        foreach (var (fact, text) in ((Fact, string)[])[(Known.CustomerId, "cus_1"), (Known.Email, "ana@tienda.example"), (Known.Fingerprint, "fp_1"), (Known.IpNetwork, "189.203.60.0/24"), (Known.IpCountry, "MX"), (Known.CardCountry, "MX"),
            (Known.BillingCountry, "MX"), (Known.Timezone, "America/Mexico_City"), (Known.CardLast4, "4242"), (Known.CardBin, "411111"), (Known.Browser, "chrome"), (Known.Phone, "+525555555555")]) facts.Set(fact, text);
        facts.Set(Known.CopyPaste, 0);
        facts.Set(Known.SessionDuration, 120_000);
        foreach (var (fact, text) in changed) facts.Set(fact, text);
        return facts;
    }

    /// <summary>A day apart, at nine, ten and eleven in turns on the shop's clock; the newest first.</summary>
    private static Habits Of(Facts now, IReadOnlyList<Facts> earlier, Flow flow = Flow.PayIn, TermKind whose = TermKind.Customer, bool isComplete = true)
    {
        List<TermEvent> events = [.. earlier.Select((_, i) => new TermEvent(1_000 - i, Now - (i * Day) - (18 * Hour) + (i % 3 * Hour), flow, i == 2 ? Decision.Decline : Decision.Approve, 5, 20_000 + (i * 100), "MXN", null, false, false))];
        var bytes = new byte[64 * 1024];
        var snapshots = earlier.Select((facts, i) => (Seq: 1_000L - i, Bytes: bytes[..FactSnapshot.Write(facts, bytes)])).ToDictionary(s => s.Seq, s => s.Bytes);
        return Habits.Of(new StoredAssessment { Seq = 2_000, At = Now, Flow = flow, Currency = "MXN", Amount = 4_500_000 }, now, whose, Mexico, events, events, snapshots, isComplete);
    }

    private static string? Said(Habits habits, string signal, string language = "en-US") => In(language, T => habits.Say(SignalCatalog.ByCode[signal], "MXN", T));

    private static string? In(string language, Func<Texts, string?> say)
    {
        var (culture, words) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
            return say(new Texts());
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, words);
        }
    }

    private static List<Facts> Often(int count, Func<int, Facts>? of = null) => [.. Enumerable.Range(0, count).Select(i => of?.Invoke(i) ?? Paid())];

    [Theory]
    [InlineData("new_device_known_customer", "3 devices in 14 payments; this device never seen", "3 dispositivos en 14 pagos; este dispositivo, nunca visto")]
    [InlineData("new_card_known_customer", "2 cards in 14 payments; this card never seen", "2 tarjetas en 14 pagos; esta tarjeta, nunca vista")]
    [InlineData("hosting_network", "1 network in 14 payments; this network never seen", "1 red en 14 pagos; esta red, nunca vista")]
    [InlineData("ip_timezone_mismatch", "time zone America/Mexico_City in 14 of 14 payments; now Africa/Lagos, never before · IP address MX in 12 of 14 payments; now NG, never before", "zona horaria America/Mexico_City en 14 de 14 pagos; ahora Africa/Lagos, nunca antes · dirección IP MX en 12 de 14 pagos; ahora NG, nunca antes")]
    [InlineData("country_mismatch", "IP address MX in 12 of 14 payments; now NG, never before", "dirección IP MX en 12 de 14 pagos; ahora NG, nunca antes")]
    [InlineData("billing_card_mismatch", "card MX in 14 of 14 payments, as now", "tarjeta MX en 14 de 14 pagos, como ahora")]
    [InlineData("large_amount_at_night", "usually 9–12 h on the shop's clock (14 payments); this at 03:12", "suele ser de 9 a 12 h en el reloj del comercio (14 pagos); ahora a las 03:12")]
    [InlineData("gibberish_email", "1 e-mail address in 14 payments; this address in 14, first seen 13 days before", "1 correo en 14 pagos; este correo, en 14; visto por primera vez 13 días antes")]
    [InlineData("outdated_browser", "browser chrome in 14 of 14 payments, as now", "navegador chrome en 14 de 14 pagos, como ahora")]
    [InlineData("copy_paste_detected", "pasted in 0 of 14 earlier ones", "pegó en 0 de 14 anteriores")]
    [InlineData("short_session", "usually 2 min on the page (14 payments)", "suele estar 2 min en la página (14 pagos)")]
    [InlineData("repeated_declines", "1 of 14 payments declined before", "rechazos antes, 1 de 14 pagos")]
    [InlineData("daily_amount", "at most 425.00 MXN in 24 h before (13 payments)", "a lo más 425.00 MXN en 24 h antes (13 pagos)")]
    [InlineData("high_velocity", "14 payments in 13 days before that", "14 pagos en 13 días, antes de eso")]
    [InlineData("blocklist_device_fingerprint", "3 devices in 14 payments; this device never seen", "3 dispositivos en 14 pagos; este dispositivo, nunca visto")]
    public void What_fired_stands_beside_what_is_usual_of_this_payer(string signal, string english, string spanish)
    {
        var habits = Of(Paid((Known.Fingerprint, "fp_new"), (Known.CardLast4, "9999"), (Known.IpNetwork, "105.112.0.0/24"), (Known.IpCountry, "NG"), (Known.Timezone, "Africa/Lagos")),
            Often(14, i => i switch { 3 => Paid((Known.Fingerprint, "fp_2"), (Known.IpCountry, "US")), 4 => Paid((Known.Fingerprint, "fp_3"), (Known.IpCountry, "US"), (Known.CardLast4, "1111")), _ => Paid() }));
        // Whose it is comes first: a signal may have counted others.
        Assert.Equal("this payer: " + english, Said(habits, signal));
        Assert.Equal("este pagador: " + spanish, Said(habits, signal, "es-MX"));
        Assert.False(habits.IsFirst);
    }

    [Theory]
    [InlineData(null, Flow.PayIn, 167_102, "8,140.00 MXN: 8.2 times the average of the payers of all shops (989.00 MXN in 3,635 payments)", "8,140.00 MXN: 8.2 veces el promedio de los pagadores de todos los comercios (989.00 MXN en 3,635 pagos)")]
    [InlineData(null, Flow.PayOut, 10_000, "8,140.00 MXN: 8.2 times the average of the payouts of all shops (989.00 MXN in 3,635 payouts)", "8,140.00 MXN: 8.2 veces el promedio de las dispersiones de todos los comercios (989.00 MXN en 3,635 dispersiones)")]
    [InlineData(EntityKind.Customer, Flow.PayIn, 11_100, "8,140.00 MXN: 8.2 times this payer's average (989.00 MXN in 3,635 payments; give or take 111.00)", "8,140.00 MXN: 8.2 veces el promedio de este pagador (989.00 MXN en 3,635 pagos; más o menos 111.00)")]
    [InlineData(EntityKind.Customer, Flow.PayOut, 167_102, "8,140.00 MXN: 8.2 times this customer's average (989.00 MXN in 3,635 payouts)", "8,140.00 MXN: 8.2 veces el promedio de este cliente (989.00 MXN en 3,635 dispersiones)")]
    [InlineData(EntityKind.Beneficiary, Flow.PayOut, 0, "8,140.00 MXN: 8.2 times this beneficiary's average (989.00 MXN in 3,635 payouts)", "8,140.00 MXN: 8.2 veces el promedio de este beneficiario (989.00 MXN en 3,635 dispersiones)")]
    public void An_unusual_amount_is_so_many_times_the_average_that_is_told(EntityKind? payer, Flow flow, double deviation, string english, string spanish)
    {
        var outlying = new Outlying(payer, new Money(814_000, "MXN"), flow, 98_900, deviation, 3_635);
        Assert.Equal((english, spanish), (In("en-US", outlying.Say), In("es-MX", outlying.Say)));
    }

    [Fact]
    public void A_device_of_others_says_since_when_it_is_known_and_one_of_theirs_in_how_many_it_was()
    {
        var others = Paid((Known.Fingerprint, "fp_new"));
        others.Set(FactCatalog.History(EntityKind.Device, HistoryPart.Age), 2 * Hour);
        Assert.Equal("this payer: 1 device in 3 payments; this device never, first seen here 2 h before", Said(Of(others, Often(3)), "device_prior_fraud"));
        var own = Paid();
        own.Set(FactCatalog.History(EntityKind.Device, HistoryPart.Age), 40.0 * Day);
        Assert.Equal("this payer: 1 device in 3 payments; this device in 3, first seen 40 days before", Said(Of(own, Often(3)), "device_prior_fraud"));
    }

    [Fact]
    public void What_a_signal_counted_itself_is_not_counted_once_more_beside_it()
    {
        // Eighteen hours ago and every day before; the hour and the day are counted by the signal.
        var habits = Of(Paid(), Often(3));
        Assert.Equal("this payer: 3 payments in 2 days before that", Said(habits, "high_velocity"));
        Assert.Equal("this payer: 2 payments in 40 h before that", Said(habits, "daily_velocity"));
        Assert.Equal("this payer: nothing before that", Said(habits, "weekly_velocity"));
        Assert.Equal("este pagador: nada antes de eso", Said(habits, "weekly_velocity", "es-MX"));
    }

    [Fact]
    public void What_earlier_payments_did_not_name_is_called_unknown_and_one_of_two_is_no_habit()
    {
        static Facts Bare() => new();
        Assert.Equal("this payer: device unknown in 2 payments", Said(Of(Paid(), Often(2, _ => Bare())), "new_device_known_customer"));
        Assert.Equal("this payer: IP address unknown in 2 payments", Said(Of(Paid(), Often(2, _ => Bare())), "country_mismatch"));
        Assert.Equal("this payer: pasting unknown in 2 payments", Said(Of(Paid(), Often(2, _ => Bare())), "copy_paste_detected"));
        // Two payments make no hours of the day.
        Assert.Null(Said(Of(Paid(), Often(2)), "large_amount_at_night"));
        Assert.Equal("this payer: 200.00 to 201.00 MXN before (2 payments)", Said(Of(Paid(), Often(2)), "tiny_amount"));
    }

    [Fact]
    public void Beside_a_rule_that_asks_for_the_hour_or_the_amount_stands_what_is_usual_of_them()
    {
        static PolicyRule Asking(string text) => new("r", "Night", $"when {text}\nthen add 20", "Late");
        string? Beside(Habits habits, string text, string language = "en-US") => In(language, T => habits.Say(Asking(text), "MXN", isAmountSaid: false, T));
        const string Hours = "this payer: usually 9–12 h on the shop's clock (14 payments); this at 03:12";
        var often = Of(Paid(), Often(14));
        Assert.Equal(Hours, Beside(often, "hour between 0 and 5"));
        Assert.Equal(Hours, Beside(often, "time.hour < 5 and flow = \"payin\""));
        Assert.Equal("este pagador: suele ser de 9 a 12 h en el reloj del comercio (14 pagos); ahora a las 03:12", Beside(often, "hour between 0 and 5", language: "es-MX"));
        Assert.Null(Beside(often, "card.country = \"MX\""));
        // Few amounts are told as they are, many by their mean.
        Assert.Equal("this payer: 200.00 to 201.00 MXN before (2 payments)", Beside(Of(Paid(), Often(2)), "amount > 5000 MXN and hour < 5"));
        // Whoever is elsewhere has another hour.
        Assert.Equal(Hours + " · 10:12 on the clock of its device (Africa/Lagos)", Beside(Of(Paid((Known.Timezone, "Africa/Lagos")), Often(14)), "hour < 5"));
        Assert.Equal("06:12 en el reloj de su dispositivo (America/Sao_Paulo)", Beside(Of(Paid((Known.Timezone, "America/Sao_Paulo")), []), "hour < 5", "es-MX"));
        foreach (var zone in (string[])["America/Monterrey", "Nowhere/City"]) Assert.Equal(Hours, Beside(Of(Paid((Known.Timezone, zone)), Often(14)), "hour < 5"));
        var known = Paid();
        foreach (var (part, number) in ((HistoryPart, double)[])[(HistoryPart.AmountCount, 14), (HistoryPart.AmountMean, 20_000), (HistoryPart.AmountDeviation, 500)]) known.Set(FactCatalog.History(EntityKind.Customer, part), number);
        Assert.Equal(Hours + " · this payer: 200.00 MXN on average, give or take 5.00 (14 payments)", Beside(Of(known, Often(14)), "amount > 5000 MXN and hour < 5"));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("hour between 0 and 5", "usually 3–4 h on the shop's clock (5 payments); this at 03:12")]
    [InlineData("card.country = \"MX\"", null)]
    public void Whoever_always_pays_at_night_is_told_so_in_their_favour_where_a_rule_asks_for_the_hour(string? asked, string? said)
    {
        Assert.Equal(said, UsualHour(asked, i => (24 * (i + 1) * Hour, Decision.Approve, null)));
        // Who pays at nine, who paid at night within the day, or was declined, is not known for it.
        Assert.Null(UsualHour(asked, i => (((24 * (i + 1)) - 6) * Hour, Decision.Approve, null)));
        Assert.Null(UsualHour(asked, i => ((i + 1) * 60_000, Decision.Approve, null)));
        Assert.Null(UsualHour(asked, i => (24 * (i + 1) * Hour, i < 3 ? Decision.Decline : Decision.Approve, null)));
        Assert.Null(UsualHour(asked, i => (24 * (i + 1) * Hour, Decision.Approve, i == 4 ? LabelOutcome.Fraud : null)));
        // At nine in the evening twice, at eleven in the morning thrice: about the hour at hand none was.
        Assert.Null(UsualHour(asked, i => (((24 * (i + 1)) - (i < 2 ? -6 : 8)) * Hour, Decision.Approve, null)));
    }

    [Theory]
    [InlineData(24, "this payer: at all hours: of 24 payments 3 within an hour or so of 03:12", "este pagador: a toda hora: de 24 pagos, 3 cerca de las 03:12")]
    // From six in the morning to midnight: a stretch too long to say, but never at three.
    [InlineData(36, "this payer: never within an hour or so of 03:12 in 36 payments", "este pagador: nunca cerca de las 03:12 en 36 pagos")]
    public void Where_no_part_of_the_day_is_usual_it_is_said_how_many_were_about_that_hour(int count, string english, string spanish)
    {
        List<TermEvent> events = [.. Enumerable.Range(0, count).Select(i => new TermEvent(1_000 - i, Now - ((24 * (i + 1)) - (count == 24 ? i * 5 % 24 : 3 + (i % 18))) * Hour, Flow.PayIn, Decision.Approve, 5, 20_000, "MXN", null, false, false))];
        var habits = Habits.Of(new StoredAssessment { Seq = 2_000, At = Now, Flow = Flow.PayIn, Currency = "MXN", Amount = 4_500_000 }, Paid(), TermKind.Customer, Mexico, events, events, new Dictionary<long, byte[]>(), isComplete: true);
        Assert.Equal((english, spanish), (Said(habits, "large_amount_at_night"), Said(habits, "large_amount_at_night", "es-MX")));
    }

    [Fact]
    public void What_a_signal_and_a_rule_both_ask_for_is_told_once()
    {
        var (night, rule) = (new Step(SignalCatalog.ByCode["large_amount_at_night"], "Night", "Late", "large_amount_at_night", 8, 0, 8), new Step(null, "Rule Night", "Late", "rule:r", 20, 8, 28, Rule: new PolicyRule("r", "Night", "when hour < 5 and amount > 5000 MXN\nthen add 20", "Late")));
        var often = Of(Paid(), Often(2));
        WhyView Why(Habits habits, params IReadOnlyList<Step> steps) => new() { Stored = new StoredAssessment { Seq = 2_000, At = Now, Flow = Flow.PayIn, Currency = "MXN", Amount = 4_500_000 }, Facts = Paid(), Steps = steps, Hits = [], Sum = 28, Habits = habits };
        const string hours = "this payer: usually 9–12 h on the shop's clock (14 payments); this at 03:12";
        Assert.Equal((hours, null), In2(Of(Paid(), Often(14)), night, rule));
        Assert.Equal((hours, null), In2(Of(Paid(), Often(14)), rule, night));
        Assert.Equal((null, "this payer: 200.00 to 201.00 MXN before (2 payments)"), In2(often, night, rule));
        var outlier = new Step(SignalCatalog.ByCode["amount_outlier"], "Unusual", "5 times", "amount_outlier", 20, 0, 20);
        Assert.Null(In2(often, outlier, rule).Item2);
        Assert.Null(In2(often, rule, outlier).Item1);

        (string?, string?) In2(Habits habits, Step first, Step second)
        {
            var why = Why(habits, first, second);
            return (In("en-US", T => why.UsualOnce(first, T)), In("en-US", T => why.UsualOnce(second, T)));
        }
    }

    private static string? UsualHour(string? asked, Func<int, (long Before, Decision Decision, LabelOutcome? Label)> paid)
    {
        List<TermEvent> events = [.. Enumerable.Range(0, 5).Select(i => paid(i)).Select((p, i) => new TermEvent(1_000 - i, Now - p.Before, Flow.PayIn, p.Decision, 5, 20_000, "MXN", p.Label, false, false))];
        var stored = new StoredAssessment { Seq = 2_000, At = Now, Flow = Flow.PayIn, Currency = "MXN", Amount = 4_500_000 };
        var habits = Habits.Of(stored, Paid(), TermKind.Customer, Mexico, events, events, new Dictionary<long, byte[]>(), isComplete: true);
        IReadOnlyList<Step> steps = asked is null ? [] : [new Step(null, "Rule Night", "Late", "rule:r", 20, 0, 20, Rule: new PolicyRule("r", "Night", $"when {asked}\nthen add 20", "Late"))];
        return In("en-US", T => habits.UsualHour(new WhyView { Stored = stored, Facts = Paid(), Steps = steps, Hits = [], Sum = 20 }, T)?.Detail);
    }

    [Fact]
    public void Whoever_pays_the_first_time_is_compared_with_nothing_unless_memory_knows_better()
    {
        var first = Of(Paid(), []);
        Assert.True(first.IsFirst);
        Assert.Null(Said(first, "hosting_network"));
        var known = Paid();
        known.Set(FactCatalog.History(EntityKind.Customer, HistoryPart.Count), 4);
        Assert.False(Of(known, []).IsFirst);
        // More came since than is read: what was before is not known to be nothing.
        Assert.False(Of(Paid(), [], isComplete: false).IsFirst);
    }

    [Fact]
    public void A_payout_is_compared_with_whom_its_customer_pays()
    {
        static Facts To(string beneficiary, string country = "MX") => Paid((Known.BeneficiaryId, beneficiary), (Known.BeneficiaryCountry, country), (Known.PayoutInitiator, "tesoreria"));
        var habits = Of(To("ben_new", "VE"), Often(9, i => To(i < 2 ? "ben_1" : "ben_2")), Flow.PayOut);
        Assert.Equal("this customer: 2 beneficiaries in 9 payouts; this one never paid", Said(habits, "payout_first_beneficiary"));
        Assert.Equal("este cliente: 2 beneficiarios en 9 dispersiones; a este, nunca", Said(habits, "payout_first_beneficiary", "es-MX"));
        Assert.Equal("this customer: beneficiary MX in 9 of 9 payouts; now VE, never before", Said(habits, "payout_high_risk_country"));
        Assert.Equal("this customer: ordered by tesoreria in 9 of 9 payouts, as now", Said(habits, "payout_unattributed_initiator"));
        // Known by the beneficiary alone, whom it pays says nothing.
        Assert.Null(Said(Of(To("ben_1"), Often(3, _ => To("ben_1")), Flow.PayOut, TermKind.Beneficiary), "payout_first_beneficiary"));
    }
}
