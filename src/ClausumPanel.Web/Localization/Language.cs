using System.Globalization;
using ClausumPanel.Web.Plumbing;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Localization;

/// <summary>Which of the two languages a request is answered in: the person's choice, then the cookie's, then the browser's.</summary>
internal static class Language
{
    public const string Cookie = "panel-language", Spanish = "es-MX", English = "en-US";

    public static readonly IReadOnlyList<string> All = [Spanish, English];

    public static IApplicationBuilder UseReadersLanguage(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(Of(context));
        return next(context);
    });

    private static string Of(HttpContext context)
    {
        if (context.User.Culture is { } chosen && All.Contains(chosen)) return chosen;
        if (context.Request.Cookies[Cookie] is { } remembered && All.Contains(remembered)) return remembered;
        foreach (var wanted in context.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1))
        {
            if (wanted.Value.StartsWith("es", StringComparison.OrdinalIgnoreCase)) return Spanish;
            if (wanted.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase)) return English;
        }
        return context.RequestServices.GetRequiredService<IOptions<PanelOptions>>().Value.Language;
    }
}

/// <summary>Lets annotations and model binding speak through <see cref="Texts"/>.</summary>
internal sealed class TextsLocalizer : IStringLocalizer, IStringLocalizerFactory
{
    public LocalizedString this[string name] => new(name, Texts.Translate(name));
    public LocalizedString this[string name, params object[] arguments] => new(name, string.Format(CultureInfo.CurrentCulture, Texts.Translate(name), arguments));
    public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => [];
    public IStringLocalizer Create(Type resourceSource) => this;
    public IStringLocalizer Create(string baseName, string location) => this;
}
