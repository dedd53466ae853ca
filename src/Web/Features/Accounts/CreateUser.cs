using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Makes an account. Without a password the user signs in by token alone.</summary>
sealed record CreateUser(string UserName, string? Password, bool IsAdministrator) : IRequest<Result<HubUser>>;

sealed class CreateUserHandler(HubDb db, NewAccounts accounts) : IRequestHandler<CreateUser, Result<HubUser>>
{
    public async Task<Result<HubUser>> Handle(CreateUser command, CancellationToken ct)
    {
        if (UserNames.Refuse(command.UserName) is { } why) return Error.Field("userName", why);
        if (command is { UserName: FirstAdministrator.Name, IsAdministrator: false })
            return Error.Field("userName", "This user name is an administrator's. Choose another.");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var made = await accounts.AddAsync(command.UserName, command.Password, command.IsAdministrator, ct);
        if (made.IsOk) await transaction.CommitAsync(ct);
        return made;
    }
}

/// <summary>Writes a new account, in the transaction that its caller began and commits.</summary>
sealed class NewAccounts(HubDb db, UserManager<HubUser> users, TimeProvider time)
{
    /// <summary>Adds an account of a name that was looked at. Errors name <c>userName</c> (taken) or <c>password</c> (too short).</summary>
    public async Task<Result<HubUser>> AddAsync(string userName, string? password, bool isAdministrator, CancellationToken ct, string? email = null)
    {
        if (password is not null && Passwords.Refuse(password, userName) is { } weak) return Error.Field("password", weak);
        var user = new HubUser { Id = Guid.CreateVersion7(time.GetUtcNow()), UserName = userName, Email = email, CreatedAt = time.GetUtcNow() };
        var name = AccessToken.HashOf(userName);
        if (await db.RetiredNames.AnyAsync(retired => retired.Hash == name, ct))
            return Error.Field("userName", $"The user name '{userName}' was somebody's who has left. Choose another.");
        try
        {
            var made = password is null ? await users.CreateAsync(user) : await users.CreateAsync(user, password);
            if (made.Errors.FirstOrDefault() is { } error)
                return Error.Field(error.Code.StartsWith("Password", StringComparison.Ordinal) ? "password" : "userName", error.Description);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return Error.Field("userName", $"The user name '{userName}' was taken a moment ago. Choose another.");
        }
        if (isAdministrator) await MakeAdministratorAsync(user, ct);
        return user;
    }

    /// <summary>Lets a user run the hub.</summary>
    public async Task MakeAdministratorAsync(HubUser user, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO roles (id, name, normalized_name)
            VALUES ({Guid.CreateVersion7(time.GetUtcNow())}, {HubRoles.Administrator}, {users.NormalizeName(HubRoles.Administrator)})
            ON CONFLICT (normalized_name) DO NOTHING
            """, ct);
        await users.AddToRoleAsync(user, HubRoles.Administrator);
    }
}
