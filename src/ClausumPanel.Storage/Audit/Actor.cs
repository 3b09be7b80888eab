namespace ClausumPanel.Storage.Audit;

/// <summary>Who does something.</summary>
public sealed record Actor(ActorKind Kind, Guid? Id, string Name, string? Address = null)
{
    public static readonly Actor System = new(ActorKind.System, null, "system");
    public static readonly Actor CommandLine = new(ActorKind.CommandLine, null, $"command line ({Environment.UserName})");
}
