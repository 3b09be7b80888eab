using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class Email
{
    public static readonly SignalDefinition[] All =
    [
        new(201, "disposable_email", Both, 20, "Disposable e-mail", "Disposable email detected", (in s, t, ref f) => f.If(s.Is(Known.EmailDisposable))),
        new(202, "suspicious_tld", Both, 15, "Suspicious e-mail ending", "The e-mail address ends in .{2}",
            (in s, t, ref f) => s.Text(Known.EmailTld) is { } tld && f.If((s.Is(Known.EmailSuspiciousTld) || t.Lists(0, tld)) && !t.Lists(1, tld), text: tld))
        {
            Words =
            [
                new("also", [], "Endings that count as suspicious besides the reference list, without the dot"),
                new("except", [], "Endings that do not count although the reference list names them, without the dot"),
            ],
        },
        // Most payers use one: off unless somebody wants to see it.
        new(203, "free_email", Both, 0, "Free e-mail provider", "The e-mail address is from a free provider", (in s, t, ref f) => f.If(s.Is(Known.EmailFree))) { IsEnabled = false },
        new(204, "gibberish_email", Both, 12, "Random-looking e-mail", "The name in the e-mail address looks random: {0} of 100",
            (in s, t, ref f) => f.If(s.Number(Known.EmailGibberish) >= t[0], s.Number(Known.EmailGibberish)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 75, 1, 100, null, "Randomness of the name, 0 to 100, from which it counts")],
        },
        new(205, "digits_heavy_email", Both, 5, "E-mail full of digits", "Digits make up {0} % of the name in the e-mail address",
            (in s, t, ref f) => f.If(s.Number(Known.EmailDigits) >= t[0], s.Number(Known.EmailDigits)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 60, 1, 100, "%", "Share of digits in the name from which it counts")],
        },
        new(206, "role_email", PayIn, 3, "Role e-mail address", "The e-mail address names a function, not a person", (in s, t, ref f) => f.If(s.Is(Known.EmailRole))),
        new(207, "tagged_email", PayIn, 3, "Tagged e-mail", "The e-mail address carries a tag its provider ignores", (in s, t, ref f) => f.If(s.Is(Known.EmailTagged))),
    ];
}
