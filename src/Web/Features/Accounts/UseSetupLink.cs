using MediatR;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Makes the first administrator by the one-time address, and begins their session.</summary>
sealed record UseSetupLink(string Secret, string UserName, string Password) : IRequest<Result<Done>>;

sealed class UseSetupLinkHandler(FirstAdministrator first, Sessions sessions) : IRequestHandler<UseSetupLink, Result<Done>>
{
    public async Task<Result<Done>> Handle(UseSetupLink command, CancellationToken ct)
    {
        var made = await first.UseAsync(command.Secret, command.UserName, command.Password, ct);
        if (!made.IsOk) return made.Error;
        await sessions.BeginAsync(made.Value, stays: false, ct);
        return default(Done);
    }
}
