namespace ClausumPanel.Storage.Keys;

public static class Origins
{
    /// <summary>Reads origins as people write them, one a line or with spaces between; each must be scheme and host, with nothing after.</summary>
    public static bool TryRead(string? text, out string origins, out string? wrong)
    {
        var read = new List<string>();
        (origins, wrong) = ("", null);
        foreach (var word in (text ?? "").Split([' ', '\n', '\r', '\t', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var isOrigin = Uri.TryCreate(word, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" };
            if (!isOrigin)
            {
                wrong = word;
                return false;
            }
            read.Add(uri!.GetLeftPart(UriPartial.Authority).ToLowerInvariant());
        }
        origins = string.Join(' ', read.Distinct());
        return true;
    }
}
