using MediatR;
using Microsoft.AspNetCore.Identity;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Makes the first administrator by the one-time address, and begins their session.</summary>
sealed record UseSetupLink(string Secret, string UserName, string Password) : IRequest<Result<Done>>;

sealed class UseSetupLinkHandler(FirstAdministrator first, SignInManager<HubUser> signIn) : IRequestHandler<UseSetupLink, Result<Done>>
{
    public async Task<Result<Done>> Handle(UseSetupLink command, CancellationToken ct)
    {
        var made = await first.UseAsync(command.Secret, command.UserName, command.Password, ct);
        if (!made.IsOk) return made.Error;
        await signIn.SignInAsync(made.Value, isPersistent: false);
        return default(Done);
    }
}
