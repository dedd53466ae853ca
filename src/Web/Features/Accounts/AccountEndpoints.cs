using MediatR;
using Microsoft.AspNetCore.Antiforgery;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Who is calling.</summary>
public sealed record CallerSummary(string UserName, IReadOnlyList<string> Roles);

/// <summary>What a script sends as <c>RequestVerificationToken</c> with each change by cookie.</summary>
public sealed record AntiforgeryToken(string Token);

/// <summary>The addresses of accounts.</summary>
static class AccountEndpoints
{
    public static void MapAccounts(this RouteGroupBuilder api)
    {
        var me = api.MapGroup("/me").WithTags("Accounts").RequireAuthorization();

        me.MapGet("", (CurrentUser user) => Results.Ok(new CallerSummary(user.UserName!, user.IsAdministrator ? [HubRoles.Administrator] : [])))
            .Produces<CallerSummary>().WithSummary("Who is calling.");

        me.MapGet("/antiforgery", (HttpContext context, IAntiforgery antiforgery) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return Results.Ok(new AntiforgeryToken(antiforgery.GetAndStoreTokens(context).RequestToken!));
        }).Produces<AntiforgeryToken>().WithSummary("A new antiforgery token, for a page that stayed open while its reader signed in again.");

        me.MapGet("/tokens", async (string? limit, string? cursor, IMediator hub, CancellationToken ct) =>
        {
            var page = PageRequest.Read(limit, cursor);
            return page.IsOk ? (await hub.Send(new ListTokens(page.Value), ct)).ToHttp() : Problems.Of(page.Error);
        }).Produces<Page<TokenSummary>>().WithSummary("The caller's personal access tokens.");

        me.MapPost("/tokens", async (CreateTokenRequest request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new CreateToken(request.Name, Password: request.Password), ct)).ToHttp(token => Results.Created($"/api/v1/me/tokens/{token.Id}", token)))
            .Produces<NewToken>(StatusCodes.Status201Created).WithSummary("Makes a personal access token; its secret is shown this once.");

        me.MapDelete("/tokens/{id}", async (string id, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new RevokeToken(id), ct)).ToHttp())
            .Produces(StatusCodes.Status204NoContent).WithSummary("Ends a personal access token.");
    }
}
