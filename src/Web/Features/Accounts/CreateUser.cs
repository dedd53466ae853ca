using MediatR;
using Microsoft.AspNetCore.Identity;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Makes an account. Without a password the user signs in by token alone.</summary>
sealed record CreateUser(string UserName, string? Password, bool IsAdministrator) : IRequest<Result<HubUser>>;

sealed class CreateUserHandler(NewAccounts accounts) : IRequestHandler<CreateUser, Result<HubUser>>
{
    public Task<Result<HubUser>> Handle(CreateUser command, CancellationToken ct) =>
        UserNames.Refuse(command.UserName) is { } why
            ? Task.FromResult<Result<HubUser>>(Error.Field("userName", why))
            : accounts.AddAsync(command.UserName, command.Password, command.IsAdministrator);
}

/// <summary>Writes a new account, in the transaction of the scope's database where there is one.</summary>
sealed class NewAccounts(UserManager<HubUser> users, RoleManager<IdentityRole<Guid>> roles, TimeProvider time)
{
    /// <summary>Adds an account of a name that was looked at. Errors name <c>userName</c> (taken) or <c>password</c> (too short).</summary>
    public async Task<Result<HubUser>> AddAsync(string userName, string? password, bool isAdministrator)
    {
        var user = new HubUser { Id = Guid.CreateVersion7(time.GetUtcNow()), UserName = userName, CreatedAt = time.GetUtcNow() };
        var made = password is null ? await users.CreateAsync(user) : await users.CreateAsync(user, password);
        if (made.Errors.FirstOrDefault() is { } error)
            return Error.Field(error.Code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "userName", error.Description);
        if (!isAdministrator) return user;
        if (!await roles.RoleExistsAsync(HubRoles.Administrator))
            await roles.CreateAsync(new IdentityRole<Guid>(HubRoles.Administrator) { Id = Guid.CreateVersion7(time.GetUtcNow()) });
        await users.AddToRoleAsync(user, HubRoles.Administrator);
        return user;
    }
}
