namespace ClausumPanel.Storage.Keys;

public static class KeyTypes
{
    /// <summary>As the command line and the wire spell it.</summary>
    public static string Name(this KeyType type) => type switch
    {
        KeyType.Server => "server",
        KeyType.Checkout => "checkout",
        KeyType.Ingest => "ingest",
    };

    public static bool TryParse(string? text, out KeyType type)
    {
        (var known, type) = text switch
        {
            "server" => (true, KeyType.Server),
            "checkout" => (true, KeyType.Checkout),
            "ingest" => (true, KeyType.Ingest),
            _ => (false, KeyType.Server),
        };
        return known;
    }
}
