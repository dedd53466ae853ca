using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Whether somebody may make an account now.</summary>
enum Welcome
{
    /// <summary>The form may be filled in.</summary>
    Open,

    /// <summary>An invitation is needed, and none was brought.</summary>
    NeedsInvitation,

    /// <summary>The invitation is used up, too old, revoked or never was.</summary>
    InvitationIsOver,

    /// <summary>Administrators alone make accounts.</summary>
    Closed,
}

/// <summary>Asks whether the bearer of an invitation, or of none, may make an account.</summary>
sealed record GetWelcome(string? Invitation) : IRequest<Result<Welcome>>;

sealed class GetWelcomeHandler(HubDb db, HubSettings settings, TimeProvider time) : IRequestHandler<GetWelcome, Result<Welcome>>
{
    public async Task<Result<Welcome>> Handle(GetWelcome command, CancellationToken ct) => await settings.RegistrationAsync(ct) switch
    {
        Registration.Closed => Welcome.Closed,
        Registration.Open => Welcome.Open,
        _ when string.IsNullOrEmpty(command.Invitation) => Welcome.NeedsInvitation,
        _ => await db.Invitations.Usable(command.Invitation, time.GetUtcNow()).AnyAsync(ct) ? Welcome.Open : Welcome.InvitationIsOver,
    };
}

/// <summary>Makes an account for whoever asks, where registration lets them, and begins their session.</summary>
sealed record Register(string UserName, string Password, string? Email, string? Invitation) : IRequest<Result<Done>>;

sealed class RegisterHandler(
    HubDb db, NewAccounts accounts, HubSettings settings, Sessions sessions, RateLimits rates, RequestOrigin from, TimeProvider time)
    : IRequestHandler<Register, Result<Done>>
{
    // Accounts that were made: a year of a school behind one address, in one lesson.
    private const int PerHour = 200;

    // Tries that came to nothing. They stop nobody who brings what is right: one pupil's thousand would be the whole class's.
    private const int MissesPerHour = 1_000;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    public async Task<Result<Done>> Handle(Register command, CancellationToken ct)
    {
        var registration = await settings.RegistrationAsync(ct);
        if (registration is Registration.Closed) return new Error.Forbidden("Accounts are made by the administrators of this hub. Ask them for one.");
        // First of all: without a good invitation nothing else is looked at or counted for those who have one.
        var now = time.GetUtcNow();
        if (registration is Registration.Invite && !await db.Invitations.Usable(command.Invitation ?? "", now).AnyAsync(ct)) return await MissAsync(UsedUp(), ct);
        var name = command.UserName.Trim();
        if (UserNames.Refuse(name) is { } why) return Error.Field("userName", why);
        if (name == FirstAdministrator.Name) return Error.Field("userName", "This user name is reserved. Choose another.");
        if (Passwords.Refuse(command.Password, name) is { } weak) return Error.Field("password", weak);
        if (EmailAddresses.Refuse(command.Email) is { } wrong) return Error.Field("email", wrong);
        // Before the password is hashed, which costs; of two at this moment the database lets one have it.
        if (await db.Users.AnyAsync(user => user.UserName == name, ct)) return await MissAsync(Error.Field("userName", $"The user name '{name}' is taken. Choose another."), ct);

        var key = $"register:{from.Network}";
        if (await rates.TakeAsync(key, PerHour, s_hour, ct) is { } wait) return new Error.TooManyRequests(wait);
        var made = await MakeAsync(command, registration, name, ct);
        if (made.IsOk) return made;
        await rates.GiveBackAsync(key, s_hour, ct);
        return await MissAsync(made.Error, ct);
    }

    private async Task<Result<Done>> MakeAsync(Register command, Registration registration, string name, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (registration is Registration.Invite && await UseAsync(command.Invitation, ct) == 0) return UsedUp();
        var made = await accounts.AddAsync(name, command.Password, isAdministrator: false, ct, EmailAddresses.Read(command.Email));
        if (!made.IsOk) return made.Error;
        await sessions.BeginAsync(made.Value, stays: false, ct);
        await transaction.CommitAsync(ct);
        return default(Done);
    }

    // Who tries names or invitations by the thousand hears no more of what is right and what is not.
    private async Task<Error> MissAsync(Error error, CancellationToken ct) =>
        await rates.TakeAsync($"register-miss:{from.Network}", MissesPerHour, s_hour, ct) is { } wait ? new Error.TooManyRequests(wait) : error;

    private static Error.Forbidden UsedUp() => new("The invitation is used up or no longer good. Ask whoever gave it to you for another.");

    // Of many at once, as many as it is for: the row is locked by whoever counts on it, until they are done.
    private Task<int> UseAsync(string? invitation, CancellationToken ct) => db.Invitations.Usable(invitation ?? "", time.GetUtcNow())
        .ExecuteUpdateAsync(set => set.SetProperty(i => i.Used, i => i.Used + 1), ct);
}

/// <summary>An invitation as administrators see it: never its secret.</summary>
sealed record InvitationSummary(Guid Id, string Note, int Uses, int Used, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool IsOver);

/// <summary>Makes an invitation; its address is shown this once.</summary>
/// <param name="Uses">How many accounts it is for.</param>
/// <param name="Days">How long it is good for.</param>
sealed record CreateInvitation(string Note, int Uses, int Days) : IRequest<Result<Uri>>;

sealed class CreateInvitationHandler(HubDb db, Origins origins, CurrentUser caller, TimeProvider time) : IRequestHandler<CreateInvitation, Result<Uri>>
{
    public async Task<Result<Uri>> Handle(CreateInvitation command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        if (command.Note.Length > Invitation.NoteLength || Domain.ReadableText.Misleads(command.Note)) return Error.Field("note", $"A note has {Invitation.NoteLength} characters at most, and none that cannot be seen.");
        if (command.Uses is < 1 or > Invitation.MostUses) return Error.Field("uses", $"An invitation is for 1 to {Invitation.MostUses} people.");
        if (command.Days is < 1 or > Invitation.MostDays) return Error.Field("days", $"An invitation is good for 1 to {Invitation.MostDays} days.");
        var (invitation, secret) = Invitation.Issue(command.Note.Trim(), command.Uses, time.GetUtcNow(), TimeSpan.FromDays(command.Days));
        db.Add(invitation);
        await db.SaveChangesAsync(ct);
        return new Uri($"{origins.Hub}/register?invitation={secret}");
    }
}

/// <summary>The newest hundred invitations.</summary>
sealed record ListInvitations : IRequest<Result<IReadOnlyList<InvitationSummary>>>;

sealed class ListInvitationsHandler(HubDb db, CurrentUser caller, TimeProvider time) : IRequestHandler<ListInvitations, Result<IReadOnlyList<InvitationSummary>>>
{
    public async Task<Result<IReadOnlyList<InvitationSummary>>> Handle(ListInvitations command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        var now = time.GetUtcNow();
        return await db.Invitations.Where(i => i.RevokedAt == null).OrderByDescending(i => i.CreatedAt).Take(100)
            .Select(i => new InvitationSummary(i.Id, i.Note, i.Uses, i.Used, i.CreatedAt, i.ExpiresAt, i.Used >= i.Uses || i.ExpiresAt <= now)).ToListAsync(ct);
    }
}

/// <summary>Ends an invitation; the accounts that were made by it stay.</summary>
sealed record RevokeInvitation(Guid Id) : IRequest<Result<Done>>;

sealed class RevokeInvitationHandler(HubDb db, CurrentUser caller, TimeProvider time) : IRequestHandler<RevokeInvitation, Result<Done>>
{
    public async Task<Result<Done>> Handle(RevokeInvitation command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        var now = time.GetUtcNow();
        var ended = await db.Invitations.Where(i => i.Id == command.Id && i.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(i => i.RevokedAt, now), ct);
        return ended == 0 ? new Error.NotFound("invitation") : default(Done);
    }
}

static class InvitationUse
{
    /// <summary>The invitation of this secret, where it is still good.</summary>
    public static IQueryable<Invitation> Usable(this IQueryable<Invitation> invitations, string secret, DateTimeOffset now)
    {
        var hash = AccessToken.HashOf(secret);
        return invitations.Where(i => i.Hash == hash && i.Used < i.Uses && i.ExpiresAt > now && i.RevokedAt == null);
    }
}
