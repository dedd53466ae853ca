using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc.RazorPages;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Http;

/// <summary>
/// Refuses changes that another site's page may have sent in a person's name: whatever is not a plain read must come from the
/// hub's own origin and, where a cookie says who it is, carry the antiforgery token. A bearer token cannot be sent by a page that
/// does not know it, so neither applies there.
/// </summary>
sealed class ForgeryGate(RequestDelegate next, Origins origins, IAntiforgery antiforgery)
{
    /// <summary>The header in which scripts send the antiforgery token.</summary>
    public const string HeaderName = "RequestVerificationToken";

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)
            || request.Headers.ContainsKey("Authorization"))
        {
            await next(context);
            return;
        }
        var byCookie = context.User.Identity?.IsAuthenticated ?? false;
        // A program without cookie and token is answered 401 further on; a browser always says where a change comes from.
        var isForeign = request.Headers.Origin.Count > 0 ? !origins.IsHub(request.Headers.Origin) : byCookie;
        if (isForeign || (byCookie && !await HasTokenAsync(context)))
        {
            await Problems.WriteAsync(
                context, StatusCodes.Status403Forbidden, "csrf", "The request did not come from a page of this hub. Open the page again and repeat what you did.");
            return;
        }
        await next(context);
    }

    // Razor Pages look at their forms themselves, once a page has said how long a body may be. A call of the API brings the token in
    // the header: its body is the handler's to read, and may be long.
    private async Task<bool> HasTokenAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>() is not null
        || (context.Request.Headers.ContainsKey(HeaderName) && await antiforgery.IsRequestValidAsync(context));
}
