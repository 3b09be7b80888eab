using ClausumPanel.Storage.Retention;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Localization;

/// <summary>What is kept for a time, and why some of it stays longer.</summary>
public static class RetentionWords
{
    public static string Name(this Texts T, KeptData what) => what switch
    {
        KeptData.Payments => T["Payments"],
        KeptData.DeviceFacts => T["Device and behavior of payments"],
        KeptData.Deliveries => T["Sent webhooks"],
        KeptData.ReceivedEvents => T["Received events"],
        KeptData.Simulations => T["Simulations"],
        KeptData.Imports => T["Imported files"],
        KeptData.Audit => T["Audit log"],
    };

    public static string Means(this Texts T, KeptData what) => what switch
    {
        KeptData.Payments => T["With their reviews and the reports of fraud about them. The sums on the panel stay, and so do labels, without whom they are about."],
        KeptData.DeviceFacts => T["Of payments that are kept: address, fingerprint, browser and what was done on the page go; decision, score and reasons stay. Evidence for a dispute may need the device of payments up to 12 months back: 13 months keep it."],
        KeptData.Deliveries => T["With every attempt, once they were delivered or given up."],
        KeptData.ReceivedEvents => T["Once they were processed."],
        KeptData.Simulations => T["What was tried out on past payments, with its lists."],
        KeptData.Imports => T["The name of the file, its counts and the lines that were wrong; the file itself is never kept."],
        KeptData.Audit => T["The chain is read through first, then its oldest part goes under a seal: what is left can still be verified."],
    };

    public static string Name(this Texts T, TermUnit unit) => unit switch
    {
        TermUnit.Days => T["days"],
        TermUnit.Months => T["months"],
        TermUnit.Years => T["years"],
    };

    public static string Term(this Texts T, TermUnit unit, int term) => (unit, term) switch
    {
        (_, 0) => T["For good"],
        (TermUnit.Days, _) => T.Count(term, "{0} day", "{0} days"),
        (TermUnit.Months, _) => T.Count(term, "{0} month", "{0} months"),
        (TermUnit.Years, _) => T.Count(term, "{0} year", "{0} years"),
    };

    /// <summary>How many stay, and why.</summary>
    public static string Held(this Texts T, HoldReason reason, long count) => reason switch
    {
        HoldReason.Review => T.Count(count, "{0} waits for a review", "{0} wait for a review"),
        HoldReason.Case => T.Count(count, "{0} is in a case that is open or was closed lately", "{0} are in cases that are open or were closed lately"),
        HoldReason.Dispute => T.Count(count, "{0} is in a dispute that is open or was closed lately", "{0} are in disputes that are open or were closed lately"),
        HoldReason.Replaced => T.Count(count, "{0} stands for another that stays", "{0} stand for others that stay"),
        HoldReason.Waiting => T.Count(count, "{0} is not done yet", "{0} are not done yet"),
        HoldReason.Unseen => T.Count(count, "{0} is an alert that nobody has seen", "{0} are alerts that nobody has seen"),
        HoldReason.Broken => T.Count(count, "{0} entry stays: the log is not as it was written. Verify it first.", "{0} entries stay: the log is not as it was written. Verify it first."),
    };
}
