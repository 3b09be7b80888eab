namespace ClausumPanel.Web.Plumbing;

/// <summary>What a form brings along.</summary>
public static class Uploads
{
    /// <summary>All bytes of the file, bounded by the page's form limit; none when nothing was chosen.</summary>
    public static async Task<byte[]> ReadAsync(this IFormFile? upload, CancellationToken stop)
    {
        if (upload is not { Length: > 0 }) return [];
        var bytes = new byte[upload.Length];
        await using var stream = upload.OpenReadStream();
        await stream.ReadExactlyAsync(bytes, stop);
        return bytes;
    }
}
