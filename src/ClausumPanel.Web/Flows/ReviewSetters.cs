using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore.Query;

namespace ClausumPanel.Web.Flows;

/// <summary>What updates of an item write alike: who has it, and that it is to be decided.</summary>
internal static class ReviewSetters
{
    /// <summary>Nobody has it.</summary>
    public static UpdateSettersBuilder<Review> Freed(this UpdateSettersBuilder<Review> review) => review
        .SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null).SetProperty(x => x.LeaseIsAhead, false);

    /// <summary>The reviewer has it; without a lease nobody does.</summary>
    public static UpdateSettersBuilder<Review> LeasedTo(this UpdateSettersBuilder<Review> review, Reviewer reviewer, ReviewLease? lease, bool ahead = false) => lease is not { } given ? review.Freed() : review
        .SetProperty(x => x.LeaseOwner, reviewer.Id).SetProperty(x => x.LeaseToken, given.Token).SetProperty(x => x.LeaseUntil, given.Until).SetProperty(x => x.LeaseIsAhead, ahead);

    /// <summary>Nobody has decided it, and nothing is left of a decision.</summary>
    public static UpdateSettersBuilder<Review> Opened(this UpdateSettersBuilder<Review> review) => review
        .SetProperty(x => x.State, ReviewState.Open).SetProperty(x => x.Version, x => x.Version + 1).SetProperty(x => x.Outcome, (ReviewOutcome?)null).SetProperty(x => x.Reason, (string?)null).SetProperty(x => x.Note, (string?)null).SetProperty(x => x.Label, (LabelOutcome?)null)
        .SetProperty(x => x.DecidedById, (Guid?)null).SetProperty(x => x.DecidedAt, (long?)null).SetProperty(x => x.SettlesAt, (long?)null).SetProperty(x => x.DecidedWith, (Guid?)null).SetProperty(x => x.Entries, (string?)null);
}
