using System.Diagnostics;
using System.Globalization;
using System.Text;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;

namespace ClausumPanel.Bench;

/// <summary>
/// What changing the protection costs: hostile rules answered, a policy switched under 64 callers, a hundred thousand list entries imported through the panel's own form, the pages that show them,
/// and assessments with those entries beside the same service without.
/// </summary>
internal static class Protection
{
    private const int Entries = 100_000, Ranges = 1_000;

    public static void Run(Arguments arguments)
    {
        var port = arguments.Number("port", 5800);
        Console.WriteLine(Machine.Describe());
        Hostile();
        Folders.Publish(arguments);
        using var bound = Subject.StartBound(port);
        using var without = Subject.StartService(Store.Empty("lists-none").WithAdmin(), port + 1, "no entries");
        var store = Store.Empty("lists-full").WithAdmin();
        using var with = Subject.StartService(store, port + 2, "100,000 entries");
        using var panel = Panel.SignIn(with, store);
        for (var i = 0; i < arguments.Number("switches", 5); i++) Switch(with, panel, 40 + i);
        Import(panel);
        Pages(panel);
        Load.Compare([bound, without, with], 64, arguments.Number("rounds", 7), TimeSpan.FromSeconds(arguments.Number("seconds", 2)), TimeSpan.FromSeconds(arguments.Number("warm-up", 6)));
    }

    // As in the tests of the language, where what they are told is checked; here only how long it takes.
    private static void Hostile()
    {
        (string Name, string Text)[] texts =
        [
            ("100,000 parentheses", new string('(', 100_000)), ("100,000 letters", new string('a', 100_000)), ("100,001 quotes", new string('"', 100_001)), ("100,000 NUL", new string('\0', 100_000)),
            ("as deep as fits", "when " + new string('(', 3_900)), ("depth 10,000", $"when {new string('(', 10_000)}email.free{new string(')', 10_000)} then review"),
            ("900 times not", "when " + string.Concat(Enumerable.Repeat("not ", 900)) + "email.free then review"), ("3,000 minus signs", "when " + new string('-', 3_000) + "1 > 2 then review"),
            ("1,900 factors", "when amount > 1" + string.Concat(Enumerable.Repeat("*1", 1_900)) + " then review"), ("200 unknown facts", "when " + string.Concat(Enumerable.Repeat("(email.fre=1)or ", 200)) + "email.free then review"),
            ("text against number", string.Concat(Enumerable.Repeat("when email > 5 MXN and amount = \"x\" ", 50)) + "then review"), ("a list of 900", "when ip in (" + string.Concat(Enumerable.Repeat("\"a\",", 900)) + "\"b\") then review"),
            ("nested repeats", "when email matches \"" + string.Concat(Enumerable.Repeat("(a*)*", 40)) + "b\" then review"), ("repeats of repeats", "when email matches \"((((a{9}){9}){9}){9})\" then review"),
            ("division by zero", "when 1 / 0 > 1 then review"), ("absurd numbers", "when amount > " + new string('9', 3_000) + " then review"), ("product of absurd numbers", "when amount > 999999999999999 * 999999999999999 * 999999999999999 then review"),
        ];
        Console.WriteLine();
        Console.WriteLine($"  {"hostile rule",-28}{"first ms",10}{"again ms",10}   said");
        var worst = 0d;
        foreach (var (name, text) in texts)
        {
            var (first, problems) = Compiled(text);
            var (again, _) = Compiled(text);
            worst = Math.Max(worst, Math.Max(first, again));
            Console.WriteLine($"  {name,-28}{first,10:0.00}{again,10:0.00}   {(problems.Count == 0 ? "(a rule)" : problems[0].Reason[..Math.Min(90, problems[0].Reason.Length)])}");
        }
        Goals.AtMost("milliseconds for the slowest hostile rule, cold start of the code included", worst, 100, "0.0");

        static (double Milliseconds, IReadOnlyList<RuleProblem> Problems) Compiled(string text)
        {
            var begun = Stopwatch.GetTimestamp();
            CompiledRule.TryCompile(text, null, out var rule, out var problems);
            rule?.Holds(Micro.Judging.OrdinaryPayment());
            return (Stopwatch.GetElapsedTime(begun).TotalMilliseconds, problems);
        }
    }

    /// <summary>From the moment the form that approves is sent until the last answer under the old version is begun.</summary>
    private static void Switch(Subject service, Panel panel, int review)
    {
        panel.Post("/dashboard/protection/thresholds?handler=Bands", ("review", $"{review}"), ("challenge", "70"), ("decline", "90"));
        var (version, _) = panel.Post("/dashboard/protection/thresholds?handler=Propose", ("reason", "measured by bench"));
        var number = int.Parse(version.Split('/', '?')[^1], CultureInfo.InvariantCulture);
        long approved = 0, answered = 0, firstNew = 0, lastOld = 0;
        int before = 0, after = 0;
        var approving = Task.Run(async () =>
        {
            await Task.Delay(1_000);
            Volatile.Write(ref approved, Stopwatch.GetTimestamp());
            panel.Post($"{version}?handler=Approve", ("reason", "measured by bench"));
            Volatile.Write(ref answered, Stopwatch.GetTimestamp());
        });
        using var callers = new Callers(service.Port, 64);
        var round = callers.Call(service.Traffic, TimeSpan.FromSeconds(4), read: (_, body) =>
        {
            var judgedBy = Version(body);
            if (judgedBy == number)
            {
                after++;
                if (firstNew == 0) firstNew = Stopwatch.GetTimestamp();
            }
            else if (judgedBy == number - 1)
            {
                before++;
                lastOld = Stopwatch.GetTimestamp();
            }
            else throw new BenchFailed($"version {judgedBy} answered, where {number - 1} or {number} should");
        }).MustBeOk(service.Name);
        approving.Wait();
        if (after == 0) throw new BenchFailed($"version {number} never answered");
        var seconds = Stopwatch.GetElapsedTime(Volatile.Read(ref answered), lastOld).TotalSeconds;
        Console.WriteLine($"  switch to version {number}: {before:N0} answers under the old, {after:N0} under the new, none refused; form answered after {Stopwatch.GetElapsedTime(approved, answered).TotalMilliseconds:0} ms, " +
            $"first new answer {Stopwatch.GetElapsedTime(approved, firstNew).TotalMilliseconds:0} ms after it was sent, last old one {seconds * 1e3:0} ms after it was answered; p99 {round.Latency.Milliseconds(99):0.0} ms");
        Goals.AtMost("seconds from the answer to the approval until everybody sees the new version", Math.Max(0, seconds), 1);
    }

    private static int Version(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf("\"policy_version\":"u8);
        return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(body[(at + 17)..], out int version, out _) ? version : throw new BenchFailed($"no policy_version in {Encoding.UTF8.GetString(body)}");
    }

    private static void Import(Panel panel)
    {
        const string path = "/dashboard/protection/blocklists/import";
        var lines = new StringBuilder("list_type,value,severity\n");
        for (var i = 0; i < Ranges; i++) lines.Append(CultureInfo.InvariantCulture, $"ip,45.{i / 256}.{i % 256}.0/24,flag\n");
        for (var i = Ranges; i < Entries; i++) lines.Append(CultureInfo.InvariantCulture, $"email_domain,desechable-{i:x}.example,block\n");
        var begun = Stopwatch.GetTimestamp();
        var (address, _) = panel.Post(path, ("Input.Type", "email_domain"), ("Input.Severity", "block"), ("Input.FlowScope", "both"), ("Lines", lines.ToString()));
        var looked = Stopwatch.GetElapsedTime(begun);
        var (shown, page) = panel.Post($"{address}?handler=Confirm");
        var polls = 0;
        for (; page.Contains("hx-trigger", StringComparison.Ordinal); polls++)
        {
            Thread.Sleep(100);
            page = panel.Get(shown).Text;
        }
        var took = Stopwatch.GetElapsedTime(begun);
        Console.WriteLine($"  import of {Entries:N0} entries: looked through after {looked.TotalSeconds:0.00} s, stored after {took.TotalSeconds:0.00} s, progress seen {polls} times");
        Goals.AtMost("seconds to import 100,000 entries, looking included", took.TotalSeconds, 10);
    }

    private static void Pages(Panel panel)
    {
        const string lists = "/dashboard/protection/blocklists";
        panel.MeasurePages([lists, $"{lists}?type=email_domain", $"{lists}?q=desechable-ff", $"{lists}/clean-up", "/dashboard/protection/thresholds", "/dashboard/protection/rules", "/dashboard/protection/versions"]);
    }
}
