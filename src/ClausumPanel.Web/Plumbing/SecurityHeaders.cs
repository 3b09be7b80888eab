namespace ClausumPanel.Web.Plumbing;

internal static class SecurityHeaders
{
    // img-src: Tabler's style sheet carries its icons as data.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>At sign-out the browser drops what it kept of the pages.</summary>
    public static void ForgetThisSite(this HttpResponse response) => response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(static state =>
        {
            var (request, response) = (((HttpContext)state).Request, ((HttpContext)state).Response);
            var headers = response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
            if (request.HttpContext.User.Identity?.IsAuthenticated == true && string.IsNullOrEmpty(headers.CacheControl)) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }, context);
        return next(context);
    });
}
