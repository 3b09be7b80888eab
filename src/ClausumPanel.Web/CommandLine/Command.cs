namespace ClausumPanel.Web.CommandLine;

/// <summary>One command of the command line: what it is called, how it is used, and what it does.</summary>
internal abstract class Command
{
    /// <summary>Its words: "keys create".</summary>
    public abstract string Name { get; }
    /// <summary>What follows the words.</summary>
    public abstract string Usage { get; }
    /// <summary>The options that take a value, and after them the positional arguments it needs.</summary>
    public virtual string[] Options => [];
    public virtual string[] Flags => [];
    public virtual int Positionals => 0;
    /// <summary>False for what must be done before, or instead of, opening the database.</summary>
    public virtual bool NeedsDatabase => true;

    /// <returns>The exit code: 0 done, 1 refused, with the reason said on <paramref name="run"/>'s error stream.</returns>
    public abstract Task<int> RunAsync(CommandRun run, CancellationToken stop);
}

/// <summary>One run of a command.</summary>
internal sealed class CommandRun(Command command, Dictionary<string, string?> options, IReadOnlyList<string> positionals)
{
    public Command Command => command;
    public IReadOnlyList<string> Positionals => positionals;
    public IServiceProvider Services { get; set; } = null!;
    public TextReader In { get; set; } = Console.In;
    public TextWriter Out { get; set; } = Console.Out;
    public TextWriter Error { get; set; } = Console.Error;

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();
    public bool Has(string flag) => options.ContainsKey(flag);
    public string? this[string option] => options.GetValueOrDefault(option);

    public int Refuse(string reason)
    {
        Error.WriteLine(reason);
        return 1;
    }

    /// <summary>The arguments themselves were wrong.</summary>
    public int Misused(string reason)
    {
        Error.WriteLine($"{reason}\nusage: {command.Name} {command.Usage}");
        return 2;
    }
}
