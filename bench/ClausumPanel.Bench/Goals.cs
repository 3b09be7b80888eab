namespace ClausumPanel.Bench;

/// <summary>The figures of the design's goal table, judged where they were measured. A miss is reported, not thrown: the exit code says whether the run was sound.</summary>
internal static class Goals
{
    public static void Say(string what, double measured, bool reached, string figure, string goal) =>
        Console.WriteLine($"  {(double.IsNaN(measured) ? "----" : reached ? "PASS" : "MISS")}  {what,-76} {figure,8}   goal {goal}");

    public static void AtLeast(string what, double measured, double goal, string format = "0.00") =>
        Say(what, measured, measured >= goal, measured.ToString(format, null), "≥ " + goal.ToString(format, null));

    public static void AtMost(string what, double measured, double goal, string format = "0.00") =>
        Say(what, measured, measured <= goal, measured.ToString(format, null), "≤ " + goal.ToString(format, null));
}
