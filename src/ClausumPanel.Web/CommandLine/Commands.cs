namespace ClausumPanel.Web.CommandLine;

/// <summary>Every command there is.</summary>
internal static class Commands
{
    public static readonly IReadOnlyList<Command> All =
    [
        new Migrate(), new CreateKey(), new RevokeKey(), new CreateUser(), new UnlockUser(), new ResetSecondFactor(), new Import(), new FillDemo(), new VerifyAudit(), new VerifyRollups(), new RebuildRollups(), new Backup(), new Restore(),
    ];

    /// <summary>Null and true when the arguments start the server; false, with everything to say, when they mean nothing.</summary>
    public static bool TryRead(string[] args, out CommandRun? run, out string problem)
    {
        (run, problem) = (null, "");
        if (args.Length == 0 || args[0].StartsWith('-') && args[0] is not "--help" and not "-h") return true;

        if (All.FirstOrDefault(c => args.AsSpan().StartsWith(c.Name.Split(' '))) is not { } command)
        {
            problem = $"There is no command \"{string.Join(' ', args.Take(2))}\". The commands are:\n" + string.Join('\n', All.Select(c => $"  {c.Name} {c.Usage}"));
            return false;
        }
        var options = new Dictionary<string, string?>();
        var positionals = new List<string>();
        var rest = args[command.Name.Split(' ').Length..];
        for (var i = 0; i < rest.Length; i++)
        {
            if (!rest[i].StartsWith("--", StringComparison.Ordinal))
            {
                positionals.Add(rest[i]);
                continue;
            }
            var (name, value) = rest[i].IndexOf('=') is > 0 and var at ? (rest[i][2..at], rest[i][(at + 1)..]) : (rest[i][2..], null);
            var isOption = command.Options.Contains(name);
            if (!isOption && !command.Flags.Contains(name)) return Wrong(command, $"{command.Name} knows no --{name}.", out problem);
            if (isOption && value is null && (++i == rest.Length || (value = rest[i]).Length == 0)) return Wrong(command, $"--{name} needs a value.", out problem);
            if (!isOption && value is not null) return Wrong(command, $"--{name} takes no value.", out problem);
            if (!options.TryAdd(name, value)) return Wrong(command, $"--{name} is there twice.", out problem);
        }
        if (positionals.Count != command.Positionals)
            return Wrong(command, positionals.Count < command.Positionals ? $"{command.Name} needs more." : $"{command.Name} does not know what \"{positionals[^1]}\" is for.", out problem);
        run = new CommandRun(command, options, positionals);
        return true;
    }

    private static bool Wrong(Command command, string what, out string problem)
    {
        problem = $"{what}\nusage: {command.Name} {command.Usage}";
        return false;
    }
}
