using System.Text;

namespace ClausumPanel.Assess.Tests;

public sealed class PolicyJsonTests
{
    [Fact]
    public void The_shipped_policy_names_every_signal_with_its_defaults() =>
        SourceTree.FileSays(SourceTree.PathOf("src", "ClausumPanel.Assess", "DefaultPolicy.json"), PolicyJson.Write((Policy.Default with { Signals = [], OnlyNamed = false }).Complete()));

    [Fact]
    public void The_shipped_policy_limits_the_currencies_we_promise()
    {
        foreach (var flow in Enum.GetValues<Flow>())
            foreach (var currency in "MXN USD CLP BRL COP PEN ARS UYU EUR".Split(' '))
            {
                var limit = Assert.Single(Policy.Default.Limits, l => l.Flow == flow && l.Currency == currency);
                Assert.True(limit.Maximum > limit.Large);
            }
        Assert.Equal(new Bands(30, 50, 80), Policy.Default.Bands);
    }

    [Fact]
    public void What_is_written_is_read_and_written_alike()
    {
        var policy = new Policy(7, new Bands(20, 40, 101),
            [new(Flow.PayOut, "CLP", null, 5_000_000), new(Flow.PayIn, "MXN", 100, 9_007_199_254_740_992, 2_000, 1_000_000), new(Flow.PayIn, "EUR", null, null)],
            [
                new("payout_high_risk_country", 12, true, new Dictionary<string, double>(), new Dictionary<string, IReadOnlyList<string>> { ["countries"] = ["VE", "Ñ \"'<"] }),
                new("daily_amount", -3, false, new Dictionary<string, double> { ["times_large"] = 2.5 }, new Dictionary<string, IReadOnlyList<string>>()),
            ], OnlyNamed: true);
        var json = PolicyJson.Write(policy);

        Assert.True(PolicyJson.TryRead(json, out var back, out var problems), string.Join("\n", problems));
        Assert.Equal(json, PolicyJson.Write(back));
        Assert.Equal((7, new Bands(20, 40, 101), true), (back.Version, back.Bands, back.OnlyNamed));
        Assert.Equal(policy.Limits.OrderBy(l => l.Flow).ThenBy(l => l.Currency), back.Limits);
        Assert.Equal(["VE", "Ñ \"'<"], back.Signals.Single(s => s.Code == "payout_high_risk_country").Texts["countries"]);
        Assert.Equal(2.5, back.Signals.Single(s => s.Code == "daily_amount").Parameters["times_large"]);
    }

    [Fact]
    public void The_order_of_writing_does_not_depend_on_the_order_of_reading()
    {
        const string One = """{"bands":{"decline":80,"review":30,"challenge":50},"signals":{"short_session":{"weight":9},"high_velocity":{"weight":30}},"version":2}""";
        const string Other = """{"version":2,"signals":{"high_velocity":{"weight":30},"short_session":{"weight":9}},"bands":{"review":30,"challenge":50,"decline":80}}""";
        Assert.True(PolicyJson.TryRead(One, out var one, out _));
        Assert.True(PolicyJson.TryRead(Other, out var other, out _));
        Assert.Equal(PolicyJson.Write(one), PolicyJson.Write(other));
    }

    [Fact]
    public void A_complete_policy_decides_like_the_one_it_completes_and_knows_no_later_signal()
    {
        var complete = (Policy.Default with { Signals = [], OnlyNamed = false }).Complete();
        Assert.True(complete.OnlyNamed);
        Assert.All(SignalCatalog.All, d => Assert.Equal(d.IsFixed || d.IsEnabled, complete.Of(d).Enabled));

        var later = complete with { Signals = [.. complete.Signals.Where(s => s.Code != "disposable_email")] };
        var answer = new Assessment();
        new Assessor(later).Assess(new Given().With(Known.EmailDisposable, true).Facts, answer);
        Assert.Equal(0, answer.SignalCount);
    }

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("{", "is not JSON: line 1")]
    [InlineData("[]", "must be an object, not []")]
    [InlineData("{}", "bands is missing")]
    [InlineData("""{"bands":{"review":30,"challenge":50}}""", "bands: decline is missing")]
    [InlineData("""{"bands":{"review":30,"challenge":20,"decline":80}}""", "bands.challenge: must be between 30 and 101")]
    [InlineData("""{"bands":{"review":0,"challenge":20,"decline":80}}""", "bands.review: must be a whole number between 1 and 101, not 0")]
    [InlineData("""{"bands":{"review":"30","challenge":50,"decline":80}}""", "bands.review: must be a whole number between 1 and 101, not \"30\"")]
    [InlineData("""{"bands":{"review":30,"challenge":50,"decline":80},"bands":{}}""", "bands: is named twice")]
    [InlineData("""{"band":{}}""", "band: band is not known here; did you mean bands?")]
    public void A_wrong_document_is_refused_with_place_and_reason(string json, string expected) => Refused(json, expected);

    [Theory]
    [InlineData("""{"MXM":{"maximum":1}}""", "limits.payin.MXM: MXM is no currency of ISO 4217; did you mean MXN?")]
    [InlineData("""{"MXN":{"maximum":1.5}}""", "limits.payin.MXN.maximum: must be a whole number")]
    [InlineData("""{"MXN":{"maximum":-1}}""", "limits.payin.MXN.maximum: must be a whole number between 0")]
    [InlineData("""{"MXN":{"minimum":10,"maximum":5}}""", "limits.payin.MXN.maximum: must not be less than minimum")]
    [InlineData("""{"MXN":{"maximun":5}}""", "limits.payin.MXN.maximun: maximun is not known here; did you mean maximum?")]
    [InlineData("""{"MXN":5}""", "limits.payin.MXN: must be an object, not 5")]
    public void A_wrong_limit_is_refused_with_place_and_reason(string limits, string expected) =>
        Refused("""{"bands":{"review":30,"challenge":50,"decline":80},"limits":{"payin":""" + limits + "}}", expected);

    [Theory]
    [InlineData("""{"short_sesion":{}}""", "signals.short_sesion: short_sesion is no signal; did you mean short_session?")]
    [InlineData("""{"qwertyuiop":{}}""", "signals.qwertyuiop: qwertyuiop is no signal")]
    [InlineData("""{"short_session":{"weight":101}}""", "signals.short_session.weight: must be a whole number between -100 and 100, not 101")]
    [InlineData("""{"short_session":{"weight":8.5}}""", "signals.short_session.weight: must be a whole number")]
    [InlineData("""{"short_session":{"enabled":1}}""", "signals.short_session.enabled: must be true or false, not 1")]
    [InlineData("""{"short_session":{"parameters":{"belw":3000}}}""", "signals.short_session.parameters.belw: short_session has no parameter belw; did you mean below?")]
    [InlineData("""{"short_session":{"parameters":{"below":0}}}""", "signals.short_session.parameters.below: must be between 1 and 600000, not 0")]
    [InlineData("""{"short_session":{"parameters":{"below":null}}}""", "signals.short_session.parameters.below: must be a number, not null")]
    [InlineData("""{"short_session":{"words":{"x":[]}}}""", "signals.short_session.words.x: short_session has no word list x")]
    [InlineData("""{"high_risk_country":{"words":{"countries":"MX"}}}""", "signals.high_risk_country.words.countries: must be an array of texts, not \"MX\"")]
    [InlineData("""{"high_risk_country":{"words":{"countries":["MX",3]}}}""", "signals.high_risk_country.words.countries[1]: must be a text, not 3")]
    [InlineData("""{"high_risk_country":{"words":{"countries":[" "]}}}""", "signals.high_risk_country.words.countries: a word has 1 to 64 characters")]
    [InlineData("""{"high_risk_country":{"words":{"countries":["\ud800"]}}}""", "is not JSON")]
    [InlineData("""{"amount_above_max":{"weight":10}}""", "signals.amount_above_max: is what the engine itself does and cannot be changed")]
    [InlineData("""{"allow_list":{"enabled":false}}""", "signals.allow_list: is what the engine itself does and cannot be changed")]
    public void A_wrong_signal_is_refused_with_place_and_reason(string signals, string expected) =>
        Refused("""{"bands":{"review":30,"challenge":50,"decline":80},"signals":""" + signals + "}", expected);

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        Assert.False(PolicyJson.TryRead("""{"bands":{"review":0},"limits":[],"signals":{"x":{"weight":"a"}},"y":1}""", out _, out var problems));
        Assert.Equal(["bands.review", "bands", "bands", "limits", "signals.x.weight", "y"], problems.Select(p => p.Place));
    }

    [Fact]
    public void A_policy_of_an_earlier_version_is_still_read_and_what_is_gone_is_named()
    {
        const string Stored = """
            {"version":3,"bands":{"review":30,"challenge":50,"decline":80},"only_named":true,
             "signals":{"gone_signal":{"weight":5},"short_session":{"weight":9,"parameters":{"below":999999999,"gone":1},"words":{"gone":["x"]}},"high_velocity":{"weight":30,"parameters":{"above":7}}}}
            """;
        Assert.False(PolicyJson.TryRead(Stored, out _, out _));
        Assert.True(PolicyJson.TryReadStored(Stored, out var policy, out var passedOver));
        Assert.Equal(["signals.gone_signal", "signals.short_session.parameters.below", "signals.short_session.parameters.gone", "signals.short_session.words.gone"], passedOver.Select(p => p.Place));
        Assert.Equal(["short_session", "high_velocity"], policy.Signals.Select(s => s.Code));
        Assert.Equal((9, 7d), (policy.Signals[0].Weight, policy.Signals[1].Parameters["above"]));

        Assert.True(PolicyJson.TryReadStored(PolicyJson.Write(Policy.Default), out _, out var nothing));
        Assert.Empty(nothing);
        Assert.False(PolicyJson.TryReadStored("{", out _, out _));
        Assert.False(PolicyJson.TryReadStored("{}", out _, out _));
        Assert.False(PolicyJson.TryReadStored("""{"bands":{"review":30,"challenge":20,"decline":80}}""", out _, out _));
    }

    [Fact]
    public void A_policy_made_in_code_is_checked_alike()
    {
        var wrong = Policy.Default with { Bands = new Bands(50, 30, 200), Signals = [new("nope", 500, true, new Dictionary<string, double>(), new Dictionary<string, IReadOnlyList<string>>())] };
        Assert.False(Assessor.TryCreate(wrong, out var none, out var problems));
        Assert.Null(none);
        Assert.Equal(["bands.challenge", "bands.decline", "signals.nope"], problems.Select(p => p.Place));
        Assert.Contains("nope is no signal", Assert.Throws<ArgumentException>(() => new Assessor(wrong)).Message);
    }

    [Fact]
    public void Every_sentence_of_a_problem_is_listed_for_translation()
    {
        Assert.False(PolicyJson.TryRead("""{"bands":{"review":30,"challenge":20,"decline":80},"signals":{"x":{}}}""", out _, out var problems));
        Assert.All(problems, p => Assert.Contains(p.Sentence, PolicyProblem.Sentences));
        Assert.Equal(PolicyProblem.Sentences.Count, PolicyProblem.Sentences.Distinct().Count());
    }

    private static void Refused(string json, string expected)
    {
        Assert.False(PolicyJson.TryRead(Encoding.UTF8.GetBytes(json), out var policy, out var problems));
        Assert.Null(policy);
        Assert.Contains(problems, p => p.ToString().Contains(expected, StringComparison.Ordinal));
    }
}
