using ClausumPanel.Storage.Disputes;

namespace ClausumPanel.Web.Localization;

/// <summary>How far the workbook of all open disputes is, in words.</summary>
public static class BatchSentences
{
    public static string Name(this Texts T, DisputeBatch batch, DateTimeOffset now) => batch.State switch
    {
        BatchState.Waiting => T["Waits its turn"],
        BatchState.Running => batch.IsInterrupted(now) ? T["It was interrupted"] : T["It is being made"],
        BatchState.Done => batch.HasFile(now) ? T["It is ready"] : T["It is no longer kept"],
        BatchState.Cancelled => T["It was stopped"],
        BatchState.Failed => T["It could not be made"],
    };

    public static string Badge(this Texts _, DisputeBatch batch, DateTimeOffset now) => batch.State switch
    {
        BatchState.Waiting => "bg-blue-lt",
        BatchState.Running => batch.IsInterrupted(now) ? "bg-yellow-lt" : "bg-blue-lt",
        BatchState.Done => batch.HasFile(now) ? "bg-green-lt" : "bg-secondary-lt",
        BatchState.Cancelled => "bg-secondary-lt",
        BatchState.Failed => "bg-red-lt",
    };
}
