namespace ClausumPanel.Storage.Reviews;

/// <summary>What became of the items of a period in a queue they were in, and what brought them there: an item counts once in each, however often it was in it, and is of one part.</summary>
public sealed class QueueFill
{
    /// <summary>All that came into it.</summary>
    public int Items => Decided + ByTime + Answered + Escalated + MovedOn + Waiting + PutAway + NotShown;

    /// <summary>A person's decision stands.</summary>
    public int Decided { get; internal set; }

    /// <summary>Time decided it.</summary>
    public int ByTime { get; internal set; }

    /// <summary>What became of its challenge decided it.</summary>
    public int Answered { get; internal set; }

    /// <summary>It was escalated, by a person, by time or because two disagree, and has not come back.</summary>
    public int Escalated { get; internal set; }

    /// <summary>It went to another queue otherwise: sent back, moved, or as a challenge that nobody answered.</summary>
    public int MovedOn { get; internal set; }

    /// <summary>It waits now.</summary>
    public int Waiting { get; internal set; }

    /// <summary>Somebody put it away until later.</summary>
    public int PutAway { get; internal set; }

    /// <summary>It is not shown yet.</summary>
    public int NotShown { get; internal set; }

    /// <summary>Escalations after which an item came back, whatever became of it then: no part of the sum.</summary>
    public int CameBack { get; internal set; }

    /// <summary>Challenges of a person that were answered since, or came back unanswered: no part of the sum.</summary>
    public int ChallengesReplied { get; internal set; }

    /// <summary>Of how many, the latest, the signals and rules were counted.</summary>
    public int Looked { get; internal set; }

    /// <summary>By the signal's place in the catalogue, in how many.</summary>
    public Dictionary<int, int> Signals { get; } = [];

    /// <summary>By version of the policy and place of the rule in it, in how many.</summary>
    public Dictionary<(int Version, int Rule), int> Rules { get; } = [];
}
