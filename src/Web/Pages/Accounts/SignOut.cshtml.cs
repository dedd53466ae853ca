using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Web.Pages.Accounts;

sealed class SignOutModel(SignInManager<HubUser> signIn) : PageModel
{
    // Reading changes nothing: a picture with this address signs nobody out.
    public IActionResult OnGet() => LocalRedirect("/");

    public async Task<IActionResult> OnPostAsync()
    {
        await signIn.SignOutAsync();
        return LocalRedirect("/");
    }
}
