using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Sends pages packed; style sheets and scripts are packed when the program is published.</summary>
internal static class PageCompression
{
    public static void AddPageCompression(this WebApplicationBuilder builder)
    {
        builder.Services.AddResponseCompression(packing =>
        {
            packing.EnableForHttps = true;
            packing.MimeTypes = ["text/html"];
            packing.Providers.Add<BrotliCompressionProvider>();
            packing.Providers.Add<GzipCompressionProvider>();
        });
        builder.Services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
    }

    /// <summary>
    /// Only what our own pages or the reader ask for. Whoever could make a reader's browser ask for a page with words of theirs in it, again and again, and watch how long the packed answers are, would learn
    /// what else stands in it.
    /// </summary>
    public static IApplicationBuilder UsePageCompression(this IApplicationBuilder app) =>
        app.UseWhen(static context => context.Request.Headers["Sec-Fetch-Site"].ToString() is "same-origin" or "none", static pages => pages.UseResponseCompression());
}
