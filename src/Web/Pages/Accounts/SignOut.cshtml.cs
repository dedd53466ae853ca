using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using PyScriptHub.Web.Features.Accounts;

namespace PyScriptHub.Web.Pages.Accounts;

sealed class SignOutModel(Sessions sessions) : PageModel
{
    // Reading changes nothing: a picture with this address signs nobody out.
    public IActionResult OnGet() => LocalRedirect("/");

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        await sessions.EndOwnAsync(ct);
        return LocalRedirect("/");
    }
}
