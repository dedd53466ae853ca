using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>What the hub's pages have in common: how an error of a use case is shown.</summary>
abstract class HubPage : PageModel
{
    /// <summary>The page of an error; somebody who is not signed in is led to sign in, and then back to this page.</summary>
    protected IActionResult Fail(Error error) => error is Error.Unauthenticated
        ? new ChallengeResult(new AuthenticationProperties { RedirectUri = Request.Path })
        : ErrorPages.Of(HttpContext, error);

    /// <summary>Shows an error beside the field that it is about; <paramref name="field"/> where it names none.</summary>
    protected void ShowBeside(string field, Error error)
    {
        if (error is Error.Malformed malformed)
        {
            foreach (var (name, reasons) in malformed.Errors)
            {
                foreach (var why in reasons) ModelState.AddModelError(name, HttpContext.Say(why));
            }
            return;
        }
        ModelState.AddModelError(field, HttpContext.Say(error.Sentence));
    }

    /// <summary>The page as it stands, with the status of an error that it shows.</summary>
    protected IActionResult PageWith(Error error)
    {
        Response.StatusCode = Problems.StatusOf(error);
        if (error is Error.TooManyRequests busy) Response.Headers.RetryAfter = Math.Ceiling(busy.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Page();
    }

    /// <summary>What is wrong with a field, in the language of the page, or null.</summary>
    public string? ErrorOf(string field) => ModelState.TryGetValue(field, out var entry) ? entry.Errors.FirstOrDefault()?.ErrorMessage : null;
}
