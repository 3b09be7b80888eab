using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore.Query;

namespace ClausumPanel.Web.Flows;

/// <summary>Who has an item, as one update writes it.</summary>
internal static class LeaseSetters
{
    /// <summary>Nobody has it.</summary>
    public static UpdateSettersBuilder<Review> Freed(this UpdateSettersBuilder<Review> review) => review
        .SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null).SetProperty(x => x.LeaseIsAhead, false);

    /// <summary>The reviewer has it; without a lease nobody does.</summary>
    public static UpdateSettersBuilder<Review> LeasedTo(this UpdateSettersBuilder<Review> review, Reviewer reviewer, ReviewLease? lease, bool ahead = false) => lease is not { } given ? review.Freed() : review
        .SetProperty(x => x.LeaseOwner, reviewer.Id).SetProperty(x => x.LeaseToken, given.Token).SetProperty(x => x.LeaseUntil, given.Until).SetProperty(x => x.LeaseIsAhead, ahead);
}
