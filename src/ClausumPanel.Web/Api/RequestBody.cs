using System.Buffers;
using Microsoft.Net.Http.Headers;

namespace ClausumPanel.Web.Api;

/// <summary>Reads a whole small body into a buffer that may be changed.</summary>
internal static class RequestBody
{
    public const int Most = 64 * 1024;

    /// <summary>True for application/json, in UTF-8 or without a word about it.</summary>
    public static bool IsJson(string? contentType)
    {
        if (contentType is "application/json" or "application/json; charset=utf-8") return true;
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)) return false;
        var charset = type.Charset.HasValue ? type.Charset.Value!.Trim('"') : "utf-8";
        return type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
    }

    /// <returns>The length, or -1 when there is more than fits.</returns>
    public static async ValueTask<int> ReadAsync(HttpRequest request, byte[] into, CancellationToken stop)
    {
        if (request.ContentLength > into.Length) return -1;
        var pipe = request.BodyReader;
        while (true)
        {
            var read = await pipe.ReadAsync(stop);
            var buffer = read.Buffer;
            if (buffer.Length > into.Length)
            {
                pipe.AdvanceTo(buffer.End);
                return -1;
            }
            if (read.IsCompleted)
            {
                buffer.CopyTo(into);
                var length = (int)buffer.Length;
                pipe.AdvanceTo(buffer.End);
                return length;
            }
            pipe.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
