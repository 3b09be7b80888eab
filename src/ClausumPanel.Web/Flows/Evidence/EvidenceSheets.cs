using System.Globalization;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>How an evidence file is laid out.</summary>
/// <param name="Zone">Of the local times beside UTC.</param>
/// <param name="Outward">It leaves the house: without scores, rules, notes and the names of colleagues.</param>
/// <param name="MadeBy">Who makes it.</param>
/// <param name="On">The day it is made: days left are counted from it.</param>
public sealed record EvidenceLayout(TimeZoneInfo Zone, bool Outward, string MadeBy, DateOnly On);

/// <summary>
/// The fourteen sheets of a dispute. What nobody recorded is said to be that; nothing is made up. Written in the language of the current culture; the same file and layout are the same sheets.
/// </summary>
public static class EvidenceSheets
{
    public static IReadOnlyList<EvidenceSheet> Of(EvidenceFile file, EvidenceLayout layout, Texts T)
    {
        var (payment, order, eligibility, closing) = (new PaymentSheets(file, layout, T), new OrderSheets(file, layout, T), new EligibilitySheets(file, layout, T), new ClosingSheets(file, layout, T));
        List<string> redactions = [];
        // Those that others point into come first; a pointer must know where long texts push the rows.
        var (match, transaction, devices, delivery) = (Split(eligibility.Match()), Split(payment.Transaction()), Split(payment.Devices()), Split(order.Delivery()));
        var (communication, policies) = (Split(order.Communication()), Split(order.Policies()));
        List<EvidenceSheet> sheets =
        [
            Split(new SummarySheet(file, layout, T).Summary(match, transaction, devices, delivery, communication, policies)), Split(eligibility.Rules()), match, transaction, Split(payment.Customer()), Split(order.Timeline()), devices, delivery, communication, policies,
            Split(new RiskSheet(file, layout, T).Risk(redactions)), Split(new FieldMapSheet(file, layout, T).FieldMap()), Split(closing.Attachments()),
        ];
        sheets.Add(Split(closing.Audit(sheets, redactions)));
        return sheets;

        EvidenceSheet Split(EvidenceSheet sheet)
        {
            foreach (var table in sheet.Tables) table.Split(T["(continued)"]);
            return sheet;
        }
    }

    public static string FileName(Dispute dispute, DateOnly on) => $"dispute_{dispute.Code}_{dispute.Scheme.SnakeWord()}_{dispute.ReasonCode}_{on.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.xlsx";
}
