using static ClausumPanel.Assess.SignalFlows;

namespace ClausumPanel.Assess.Signals;

internal static class Behavior
{
    public static readonly SignalDefinition[] All =
    [
        new(301, "short_session", Both, 8, "Short session", "The session lasted only {0}",
            (in s, t, ref f) => f.If(s.Number(Known.SessionDuration) < t[0], s.Number(Known.SessionDuration)))
        {
            A = SignalNumber.Duration,
            Parameters = [new("below", 3_000, 1, 600_000, "ms", "A session shorter than this is short")],
        },
        // A phone has no mouse: silence about touches is only telling on a desktop.
        new(302, "no_mouse_movement", Both, 10, "No mouse movement", "No mouse movement and no touch in the session",
            (in s, t, ref f) => f.If(s.Number(Known.MouseMovements) == 0 && !(s.Number(Known.TouchEvents) > 0)
                && (s.Number(Known.TouchEvents) == 0 || s.Text(Known.DeviceClass) is not ("mobile" or "tablet")))),
        new(303, "copy_paste_detected", Both, 10, "Pasted fields", "Fields filled by pasting: {0}",
            (in s, t, ref f) => f.If(s.Number(Known.CopyPaste) >= t[0], s.Number(Known.CopyPaste)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 1, 1, 100, "events", "Pasted fields from which it counts")],
        },
        new(304, "bot_pattern", Both, 30, "Faster than a person", "{0} events in {1}: faster than a person",
            (in s, t, ref f) =>
            {
                var events = Events(s);
                var time = s.Number(Known.SessionDuration);
                return f.If(events >= t[1] && events * 1_000 > time * t[0], events, time);
            })
        {
            A = SignalNumber.Count,
            B = SignalNumber.Duration,
            Parameters =
            [
                new("events_per_second", 150, 1, 10_000, "events/s", "More mouse, key and touch events per second than this are not a person's"),
                new("at_least", 20, 1, 10_000, "events", "Fewer events than this say nothing"),
            ],
        },
        new(305, "no_interaction", Both, 8, "Long session without a touch", "Nothing was moved, typed or touched in {0}",
            (in s, t, ref f) => f.If(s.Number(Known.SessionDuration) >= t[0] && Events(s) == 0 && s.Number(Known.KeyboardEvents) == 0, s.Number(Known.SessionDuration)))
        {
            A = SignalNumber.Duration,
            Parameters = [new("from", 10_000, 1_000, 3_600_000, "ms", "A session this long should hold some event")],
        },
        new(306, "pasted_without_typing", Both, 8, "Pasted without typing", "Fields filled by pasting: {0}, and not one key pressed",
            (in s, t, ref f) => f.If(s.Number(Known.CopyPaste) >= t[0] && s.Number(Known.KeyboardEvents) == 0, s.Number(Known.CopyPaste)))
        {
            A = SignalNumber.Count,
            Parameters = [new("at_least", 2, 1, 100, "events", "Pasted fields from which it counts")],
        },
    ];

    /// <summary>All events the caller sent; NaN when it sent none of the counts.</summary>
    private static double Events(in Sight s)
    {
        var (mouse, keys, touches) = (s.Number(Known.MouseMovements), s.Number(Known.KeyboardEvents), s.Number(Known.TouchEvents));
        if (double.IsNaN(mouse) && double.IsNaN(keys) && double.IsNaN(touches)) return double.NaN;
        return (mouse > 0 ? mouse : 0) + (keys > 0 ? keys : 0) + (touches > 0 ? touches : 0);
    }
}
