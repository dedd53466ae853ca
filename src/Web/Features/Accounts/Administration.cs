using System.Reflection;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>What is for administrators alone.</summary>
static class Administration
{
    /// <summary>What everybody else is answered.</summary>
    public static Error Refusal { get; } = new Error.Forbidden("This is for the administrators of the hub.");
}

/// <summary>A user as administrators see them.</summary>
/// <param name="StoredBytes">An upper bound of what their projects' files take.</param>
/// <param name="LastUsedAt">When one of their sessions was last used; null where they have none.</param>
sealed record UserSummary(
    Guid Id, string UserName, string? Email, DateTimeOffset CreatedAt, bool IsAdministrator, bool IsDisabled, long StoredBytes, int Projects, DateTimeOffset? LastUsedAt);

static class UserSummaries
{
    public static IQueryable<UserSummary> Summaries(this IQueryable<HubUser> users, HubDb db) => users.Select(user => new UserSummary(
        user.Id, user.UserName!, user.Email, user.CreatedAt,
        db.UserRoles.Any(held => held.UserId == user.Id && db.Roles.Any(role => role.Id == held.RoleId && role.Name == HubRoles.Administrator)),
        user.DisabledAt != null, user.StoredBytes, db.Projects.Count(project => project.OwnerId == user.Id && project.DeletedAt == null),
        db.Sessions.Where(session => session.UserId == user.Id).Max(session => (DateTimeOffset?)session.LastUsedAt)));
}

/// <summary>Users, newest first.</summary>
/// <param name="Words">A part of the user name or of the e-mail address.</param>
sealed record ListUsers(string? Words, PageRequest Page) : IRequest<Result<Page<UserSummary>>>;

sealed class ListUsersHandler(HubDb db, CurrentUser caller) : IRequestHandler<ListUsers, Result<Page<UserSummary>>>
{
    public async Task<Result<Page<UserSummary>>> Handle(ListUsers command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        var users = db.Users.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(command.Words))
        {
            var words = command.Words.Trim().ToUpperInvariant();
            users = users.Where(user => user.NormalizedUserName!.Contains(words) || user.NormalizedEmail!.Contains(words));
        }
        if (command.Page.After is { } after)
            users = users.Where(user => EF.Functions.LessThan(ValueTuple.Create(user.CreatedAt, user.Id), ValueTuple.Create(after.At, after.Id)));
        var rows = await users.OrderByDescending(user => user.CreatedAt).ThenByDescending(user => user.Id).Take(command.Page.Limit + 1).Summaries(db).ToListAsync(ct);
        return command.Page.Answer(rows, user => (user.CreatedAt, user.Id), user => user);
    }
}

sealed record GetUser(string UserName) : IRequest<Result<UserSummary>>;

sealed class GetUserHandler(HubDb db, CurrentUser caller) : IRequestHandler<GetUser, Result<UserSummary>>
{
    public async Task<Result<UserSummary>> Handle(GetUser command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        var found = await db.Users.AsNoTracking().Where(user => user.UserName == command.UserName).Summaries(db).SingleOrDefaultAsync(ct);
        return found is null ? new Error.NotFound("user") : found;
    }
}

/// <summary>Makes an account for somebody, who sets their password by the address that is answered. It is shown this once.</summary>
sealed record InviteUser(string UserName, bool IsAdministrator) : IRequest<Result<Uri>>;

sealed class InviteUserHandler(IMediator hub, CurrentUser caller) : IRequestHandler<InviteUser, Result<Uri>>
{
    public async Task<Result<Uri>> Handle(InviteUser command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        var made = await hub.Send(new CreateUser(command.UserName.Trim(), Password: null, command.IsAdministrator), ct);
        return made.IsOk ? await hub.Send(new IssueResetLink(made.Value.UserName!), ct) : made.Error;
    }
}

/// <summary>Shuts or opens an account, and gives or takes the role of an administrator; null leaves as it is.</summary>
sealed record ChangeUser(string UserName, bool? IsDisabled, bool? IsAdministrator) : IRequest<Result<Done>>;

sealed class ChangeUserHandler(HubDb db, UserManager<HubUser> users, NewAccounts accounts, CurrentUser caller, TimeProvider time) : IRequestHandler<ChangeUser, Result<Done>>
{
    public async Task<Result<Done>> Handle(ChangeUser command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.Users.SingleOrDefaultAsync(user => user.UserName == command.UserName, ct) is not { } user) return new Error.NotFound("user");
        if ((command.IsDisabled is true || command.IsAdministrator is false) && await db.IsLastAdministratorAsync(user.Id, ct)) return LastAdministrators.Refusal;
        if (command.IsDisabled is { } disabled)
        {
            user.DisabledAt = disabled ? user.DisabledAt ?? time.GetUtcNow() : null;
            await users.UpdateAsync(user);
            if (disabled) await db.Sessions.Where(session => session.UserId == user.Id).ExecuteDeleteAsync(ct);
        }
        if (command.IsAdministrator is { } administrator && administrator != await users.IsInRoleAsync(user, HubRoles.Administrator))
        {
            if (administrator) await accounts.MakeAdministratorAsync(user, ct);
            else await users.RemoveFromRoleAsync(user, HubRoles.Administrator);
            // Their open sessions get or lose the role with their next request.
            await users.UpdateSecurityStampAsync(user);
        }
        await transaction.CommitAsync(ct);
        return default(Done);
    }
}

static class LastAdministrators
{
    public static Error Refusal { get; } = new Error.Conflict("last_administrator", "This is the last administrator of the hub. Make somebody else one first.");

    /// <summary>Whether nobody but this user could run the hub; until the transaction ends, nobody else's role changes.</summary>
    public static async Task<bool> IsLastAdministratorAsync(this HubDb db, Guid userId, CancellationToken ct)
    {
        var administrators = await db.Database.SqlQuery<Guid>(
            $"""
            SELECT held.user_id AS "Value" FROM user_roles held JOIN roles ON roles.id = held.role_id
            WHERE roles.name = {HubRoles.Administrator} FOR UPDATE OF held
            """).ToListAsync(ct);
        return administrators.Contains(userId) && !await db.Users.AnyAsync(user => administrators.Contains(user.Id) && user.Id != userId && user.DisabledAt == null, ct);
    }
}

/// <summary>The hub in numbers.</summary>
/// <param name="Blobs">Stored files, each counted once however many projects have it.</param>
/// <param name="BlobBytes">Their length together.</param>
/// <param name="AccountBytes">What an account may have.</param>
/// <param name="Largest">Who stores most.</param>
sealed record HubOverview(
    string Version, int Users, int Projects, int Published, long Blobs, long BlobBytes, long AccountBytes, IReadOnlyList<ReleaseUse> Releases, IReadOnlyList<StorageUse> Largest);

/// <summary>A runtime release, and how many publications are shown with it.</summary>
/// <param name="IsHeld">Whether the hub still holds its files.</param>
sealed record ReleaseUse(string Name, bool IsDefault, bool IsHeld, int Publications);

/// <param name="Bytes">An upper bound of what their projects' files take.</param>
sealed record StorageUse(string UserName, long Bytes);

sealed record GetOverview : IRequest<Result<HubOverview>>;

sealed class GetOverviewHandler(HubDb db, RuntimeCatalog runtime, DefaultRelease defaults, ProjectLimits limits, CurrentUser caller) : IRequestHandler<GetOverview, Result<HubOverview>>
{
    private static readonly string s_version = typeof(Hub).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public async Task<Result<HubOverview>> Handle(GetOverview command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        var projects = db.Projects.Where(project => project.DeletedAt == null);
        var used = await projects.Where(project => project.PublicationId != null).GroupBy(project => project.Publication!.Release)
            .Select(group => new { Name = group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Name, group => group.Count, StringComparer.Ordinal, ct);
        var standard = (await defaults.GetAsync(ct)).Name;
        var held = runtime.Releases.Select(release => new ReleaseUse(release.Name, release.Name == standard, true, used.GetValueOrDefault(release.Name)));
        var gone = used.Keys.Except(runtime.Releases.Select(release => release.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => new ReleaseUse(name, false, false, used[name]));
        var largest = await db.Users.Where(user => user.StoredBytes > 0).OrderByDescending(user => user.StoredBytes).Take(20)
            .Select(user => new StorageUse(user.UserName!, user.StoredBytes)).ToListAsync(ct);
        return new HubOverview(
            s_version, await db.Users.CountAsync(ct), await projects.CountAsync(ct), await projects.CountAsync(project => project.PublicationId != null, ct),
            await db.Blobs.LongCountAsync(ct), await db.Blobs.SumAsync(blob => (long)blob.Length, ct), limits.AccountBytes, [.. held, .. gone], largest);
    }
}

/// <summary>Says who may make an account.</summary>
sealed record SetRegistration(Registration Registration) : IRequest<Result<Done>>;

sealed class SetRegistrationHandler(HubSettings settings, CurrentUser caller) : IRequestHandler<SetRegistration, Result<Done>>
{
    public async Task<Result<Done>> Handle(SetRegistration command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        await settings.SetRegistrationAsync(command.Registration, ct);
        return default(Done);
    }
}

/// <summary>Sets imprint and privacy statement, in Markdown; empty takes one away.</summary>
sealed record SetTexts(string? Imprint, string? Privacy) : IRequest<Result<Done>>;

sealed class SetTextsHandler(HubDb db, HubSettings settings, CurrentUser caller) : IRequestHandler<SetTexts, Result<Done>>
{
    public async Task<Result<Done>> Handle(SetTexts command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        foreach (var (key, text) in new[] { (HubSettings.Imprint, command.Imprint), (HubSettings.Privacy, command.Privacy) })
        {
            if (text?.Length > HubSettings.TextLength) return Error.Field(key, $"A text has {HubSettings.TextLength} characters at most.");
            if (text?.Contains('\0', StringComparison.Ordinal) ?? false) return Error.Field(key, "The text holds a character that no text may have.");
        }
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await settings.SetTextAsync(HubSettings.Imprint, command.Imprint, ct);
        await settings.SetTextAsync(HubSettings.Privacy, command.Privacy, ct);
        await transaction.CommitAsync(ct);
        return default(Done);
    }
}
