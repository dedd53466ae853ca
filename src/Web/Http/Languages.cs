using System.Globalization;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Primitives;

namespace PyScriptHub.Web.Http;

/// <summary>
/// The languages that the hub speaks: what a visitor chose (cookie <c>hub-language</c>), else what their browser prefers, else
/// English.
/// </summary>
static class Languages
{
    /// <summary>The cookie that holds a visitor's choice.</summary>
    public const string Cookie = "hub-language";

    /// <summary>Language → its name in itself, in the order in which they are offered.</summary>
    public static readonly IReadOnlyList<(string Code, string Name)> All = [("en", "English"), ("de", "Deutsch")];

    /// <summary>The language of this request, for <c>lang</c> attributes.</summary>
    public static string Current => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;

    /// <summary>Sets the language of every request. A program that asks for none (<c>Accept-Language</c>) is answered in English.</summary>
    public static void UseLanguages(this IApplicationBuilder app)
    {
        var cultures = All.Select(language => new CultureInfo(language.Code)).ToList();
        var options = new RequestLocalizationOptions
        {
            DefaultRequestCulture = new RequestCulture("en"),
            SupportedCultures = cultures,
            SupportedUICultures = cultures,
            RequestCultureProviders = [new CustomRequestCultureProvider(Chosen), new AcceptLanguageHeaderRequestCultureProvider()],
        };
        app.UseRequestLocalization(options);
    }

    /// <summary>Whether the hub speaks this language.</summary>
    public static bool Has(string? code) => All.Any(language => language.Code == code);

    private static Task<ProviderCultureResult?> Chosen(HttpContext context) =>
        Task.FromResult(context.Request.Cookies[Cookie] is { } code && Has(code) ? new ProviderCultureResult(new StringSegment(code)) : null);
}
