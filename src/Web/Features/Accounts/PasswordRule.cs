using Microsoft.AspNetCore.Identity;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Lets Identity ask <see cref="Passwords"/> wherever a password is set.</summary>
sealed class PasswordRule : IPasswordValidator<HubUser>
{
    public Task<IdentityResult> ValidateAsync(UserManager<HubUser> manager, HubUser user, string? password) => Task.FromResult(
        Passwords.Refuse(password ?? "", user.UserName ?? "") is { } why
            ? IdentityResult.Failed(new IdentityError { Code = "PasswordRefused", Description = why.ToString() })
            : IdentityResult.Success);
}
