namespace ClausumPanel.Storage.Keys;

public static class KeyPermissions
{
    public const string Assess = "assess", ReportFraud = "fraud:report", ReadTransactions = "transactions:read", Disputes = "disputes:manage", Submerchants = "submerchants:manage", Ingest = "ingest", Everything = "*";

    public static IReadOnlyList<string> Of(KeyType type) => type switch
    {
        KeyType.Server => [Assess, ReportFraud, ReadTransactions, Disputes, Submerchants],
        KeyType.Checkout => [Assess],
        KeyType.Ingest => [Ingest],
    };

    /// <summary>Only what the type may have at all, or "*".</summary>
    public static bool TryRead(KeyType type, string text, out string permissions)
    {
        var words = text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        permissions = string.Join(' ', words);
        return words.Count > 0 && words.TrueForAll(word => word == Everything || Of(type).Contains(word));
    }
}
