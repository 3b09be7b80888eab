using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace ClausumPanel.Web.Api;

/// <summary>The script that shops put into their pages, from <c>src/ClausumPanel.Sdk</c>. Any page may load it, with an integrity attribute too; what it may then ask depends on the key.</summary>
internal static class BrowserSdk
{
    public const string Address = "/sdk/clausum.js";

    /// <summary>The compiled script; null when the program was built where there is no Node.</summary>
    public static byte[]? Script { get; } = Load();

    public static void MapBrowserSdk(this IEndpointRouteBuilder routes)
    {
        if (Script is not { } plain) return;
        var packed = Pack(plain);
        var name = Convert.ToHexStringLower(SHA256.HashData(plain)[..8]);
        var (plainTag, packedTag) = (new EntityTagHeaderValue($"\"{name}\""), new EntityTagHeaderValue($"\"{name}-gzip\""));
        routes.MapGet(Address, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.AccessControlAllowOrigin = "*";
            headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            headers.CacheControl = "public, max-age=3600";
            headers.Vary = "Accept-Encoding";
            var takesPacked = context.Request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);
            if (takesPacked) headers.ContentEncoding = "gzip";
            return TypedResults.Bytes(takesPacked ? packed : plain, "text/javascript; charset=utf-8", entityTag: takesPacked ? packedTag : plainTag);
        }).AllowAnonymous().ExcludeFromDescription();
    }

    public static byte[] Pack(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize)) gzip.Write(plain);
        return packed.ToArray();
    }

    private static byte[]? Load()
    {
        using var stream = typeof(BrowserSdk).Assembly.GetManifestResourceStream("clausum.js");
        if (stream is null) return null;
        var script = new byte[stream.Length];
        stream.ReadExactly(script);
        return script;
    }
}
