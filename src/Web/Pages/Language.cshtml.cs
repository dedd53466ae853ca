using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Pages;

/// <summary>
/// Keeps the language that a visitor chose, and leads back. There is no antiforgery token: the form stands on pages that are shown
/// while the database is away, and <see cref="ForgeryGate"/> lets a change through from the hub's own pages alone.
/// </summary>
[IgnoreAntiforgeryToken]
sealed class LanguageModel(Origins origins) : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/");

    public IActionResult OnPost(string? language, string? returnUrl)
    {
        if (Languages.Has(language))
        {
            Response.Cookies.Append(Languages.Cookie, language!, new CookieOptions
            {
                MaxAge = TimeSpan.FromDays(365),
                Path = "/",
                SameSite = SameSiteMode.Lax,
                HttpOnly = true,
                Secure = origins.IsSecure,
                IsEssential = true,
            });
        }
        return LocalRedirect(Url.IsLocalUrl(returnUrl) ? returnUrl : "/");
    }
}
