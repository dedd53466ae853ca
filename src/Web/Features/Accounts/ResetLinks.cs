using System.Globalization;
using System.Net.Mail;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Makes the addresses by which a person sets a new password.</summary>
sealed class ResetLinks(HubDb db, Origins origins, TimeProvider time)
{
    /// <summary>A new address; those that the person had before are worth nothing from now on.</summary>
    public async Task<Uri> IssueAsync(Guid userId, CancellationToken ct)
    {
        await db.ResetLinks.Where(old => old.UserId == userId).ExecuteDeleteAsync(ct);
        return await AddAsync(userId, ct);
    }

    /// <summary>One more address beside those that there are: anybody may ask for a letter, and must not void what an administrator gave.</summary>
    public async Task<Uri> AddAsync(Guid userId, CancellationToken ct)
    {
        var (link, secret) = ResetLink.Issue(userId, time.GetUtcNow());
        db.Add(link);
        await db.SaveChangesAsync(ct);
        return new Uri($"{origins.Hub}/reset/{secret}");
    }

    /// <summary>Whose password an address sets; null where it is used up, too old or never was.</summary>
    public async Task<HubUser?> FindAsync(string secret, CancellationToken ct)
    {
        var (hash, now) = (AccessToken.HashOf(secret), time.GetUtcNow());
        return await db.Users.SingleOrDefaultAsync(
            user => user.DisabledAt == null && db.ResetLinks.Any(link => link.Hash == hash && link.UserId == user.Id && link.ExpiresAt > now), ct);
    }

    /// <summary>Whether anybody could sign in to an account with a browser before.</summary>
    public async Task<bool> HasSignedInAsync(HubUser user, CancellationToken ct) =>
        user.PasswordHash is not null || await db.Set<IdentityUserPasskey<Guid>>().AnyAsync(passkey => passkey.UserId == user.Id, ct);

    /// <summary>Uses an address up; of two at once, one does.</summary>
    public async Task<bool> UseUpAsync(string secret, CancellationToken ct)
    {
        var (hash, now) = (AccessToken.HashOf(secret), time.GetUtcNow());
        return await db.ResetLinks.Where(link => link.Hash == hash && link.ExpiresAt > now).ExecuteDeleteAsync(ct) == 1;
    }
}

/// <summary>Makes a one-time address for somebody, which an administrator hands over. It is shown this once.</summary>
sealed record IssueResetLink(string UserName) : IRequest<Result<Uri>>;

sealed class IssueResetLinkHandler(HubDb db, ResetLinks links, CurrentUser caller) : IRequestHandler<IssueResetLink, Result<Uri>>
{
    public async Task<Result<Uri>> Handle(IssueResetLink command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Administration.Refusal;
        var id = await db.Users.Where(user => user.UserName == command.UserName).Select(user => (Guid?)user.Id).SingleOrDefaultAsync(ct);
        return id is { } found ? await links.IssueAsync(found, ct) : new Error.NotFound("user");
    }
}

/// <summary>
/// Sets a new password by a one-time address and ends all sessions, tokens and passkeys of the account: whoever resets may do so
/// because somebody else got in. The first password of an account that was made for somebody ends nothing: its token is its owner's.
/// </summary>
sealed record UseResetLink(string Secret, string Password) : IRequest<Result<Done>>;

sealed class UseResetLinkHandler(HubDb db, UserManager<HubUser> users, ResetLinks links, Sessions sessions, TimeProvider time) : IRequestHandler<UseResetLink, Result<Done>>
{
    public async Task<Result<Done>> Handle(UseResetLink command, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await links.FindAsync(command.Secret, ct) is not { } user) return new Error.NotFound("address");
        if (Passwords.Refuse(command.Password, user.UserName!) is { } why) return Error.Field("password", why);
        if (!await links.UseUpAsync(command.Secret, ct)) return new Error.NotFound("address");
        if (await links.HasSignedInAsync(user, ct)) await db.EndKeysAsync(user.Id, time.GetUtcNow(), ct);
        await db.EndResetsAsync(user.Id, ct);
        if (await users.SetPasswordAsync(user, command.Password) is { } error) return error;
        await sessions.EndOthersAsync(user.Id, ct);
        await transaction.CommitAsync(ct);
        return default(Done);
    }
}

/// <summary>Asks for a letter with a one-time address. The answer is the same whether there is such an account.</summary>
/// <param name="Who">An e-mail address or a user name.</param>
sealed record RequestReset(string Who) : IRequest<Result<Done>>;

sealed class RequestResetHandler(HubDb db, HubOptions options, UserManager<HubUser> users, RateLimits rates, RequestOrigin from, TimeProvider time)
    : IRequestHandler<RequestReset, Result<Done>>
{
    // A class that forgot its passwords behind one address.
    private const int AddressPerHour = 60;
    private const int WhoLength = 256;

    public async Task<Result<Done>> Handle(RequestReset command, CancellationToken ct)
    {
        if (options.Smtp is null) return new Error.NotFound("page");
        var who = command.Who.Trim();
        if (who.Length is 0 or > WhoLength) return Error.Field("who", "Write your e-mail address or your user name.");
        var now = time.GetUtcNow();
        if (await rates.TakeAsync($"reset:{from.Network}", AddressPerHour, TimeSpan.FromHours(1), ct) is { } wait) return new Error.TooManyRequests(wait);
        var (email, name) = (users.NormalizeEmail(who), users.NormalizeName(who));
        // One letter for an address, however many accounts have it; the oldest stands for them.
        var found = await db.Users.Where(user => (user.NormalizedEmail == email || user.NormalizedUserName == name) && user.Email != null && user.DisabledAt == null)
            .OrderBy(user => user.CreatedAt).ThenBy(user => user.Id).Select(user => new { user.Id, user.NormalizedEmail }).FirstOrDefaultAsync(ct);
        // Counted by where the letter goes, and by what was typed where it goes nowhere: how long the answer takes says nothing.
        if (await rates.TakeAsync(LetterLimits.QueueKey(found?.NormalizedEmail ?? email!), LetterLimits.PerHour, TimeSpan.FromHours(1), ct) is null)
        {
            // The same statement for everybody, and the letter goes out later.
            var id = found?.Id ?? Guid.Empty;
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO reset_mails (id, user_id, requested_at, due_at, attempts)
                SELECT gen_random_uuid(), id, {now}, {now}, 0 FROM users WHERE id = {id}
                """, ct);
        }
        return default(Done);
    }
}

/// <summary>
/// How many letters one mailbox gets, whoever asks for them and by whatever name. Counted when a letter is queued and again when it
/// goes out: in between an account may have got another address. The address itself stands nowhere in the counts.
/// </summary>
static class LetterLimits
{
    public const int PerHour = 3;

    public static string QueueKey(string normalizedEmail) => $"reset:@{HashOf(normalizedEmail)}";

    public static string SendKey(string normalizedEmail) => $"reset-letter:@{HashOf(normalizedEmail)}";

    private static string HashOf(string normalizedEmail) => Convert.ToHexStringLower(AccessToken.HashOf(normalizedEmail));
}

/// <summary>Sends the letters that are due. A row is taken for five minutes; who dies with it leaves it to the next.</summary>
sealed partial class ResetLetters(
    HubDb db, HubOptions options, ResetLinks links, RateLimits rates, Origins origins, IStringLocalizer<Texts> texts, TimeProvider time, ILogger<ResetLetters> logger)
{
    private const int Attempts = 5;
    private const int MostOthers = 9;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends what is due; answers how many letters went out.</summary>
    public async Task<int> SendDueAsync(CancellationToken ct)
    {
        var sent = 0;
        while (await TakeAsync(ct) is { } mail)
        {
            var to = await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == mail.UserId && user.DisabledAt == null && user.Email != null, ct);
            if (to is not null)
            {
                var key = LetterLimits.SendKey(to.NormalizedEmail!);
                if (await rates.TakeAsync(key, LetterLimits.PerHour, s_hour, ct) is null)
                {
                    if (!await TrySendAsync(to, mail, ct))
                    {
                        await rates.GiveBackAsync(key, s_hour, ct);
                        if (mail.Attempts < Attempts) continue;
                    }
                    else sent++;
                }
            }
            await db.ResetMails.Where(row => row.Id == mail.Id).ExecuteDeleteAsync(ct);
        }
        return sent;
    }

    private async Task<ResetMail?> TakeAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return (await db.ResetMails.FromSql(
            $"""
            UPDATE reset_mails SET due_at = {now + s_lease}, attempts = attempts + 1 WHERE id = (
                SELECT id FROM reset_mails WHERE due_at <= {now} ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(ct)).SingleOrDefault();
    }

    private async Task<bool> TrySendAsync(HubUser to, ResetMail mail, CancellationToken ct)
    {
        var smtp = options.Smtp!;
        using var client = new SmtpClient(smtp.Host, smtp.Port) { EnableSsl = smtp.UsesTls };
        if (smtp.UserName is not null) client.Credentials = new System.Net.NetworkCredential(smtp.UserName, smtp.Password);
        using var letter = new MailMessage(smtp.From, to.Email!)
        {
            Subject = texts["A new password for @{0}", to.UserName!],
            Body = string.Join("\r\n", await LinesAsync(to, ct)),
        };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            await client.SendMailAsync(letter, patience.Token);
            return true;
        }
        catch (Exception e) when (e is SmtpException or OperationCanceledException or IOException && !ct.IsCancellationRequested)
        {
            LogNotSent(mail.Attempts.ToString(CultureInfo.InvariantCulture), e.Message);
            return false;
        }
    }

    private async Task<List<string>> LinesAsync(HubUser to, CancellationToken ct)
    {
        var lines = new List<string>
        {
            texts["Somebody, probably you, asked for a new password for @{0} at {1}.", to.UserName!, origins.Hub],
            "",
            texts["Set it here within 24 hours, once:"],
            (await links.AddAsync(to.Id, ct)).AbsoluteUri,
            "",
        };
        // The oldest first: whoever makes accounts with somebody else's address does not push theirs out.
        var others = await db.Users.AsNoTracking().Where(user => user.NormalizedEmail == to.NormalizedEmail && user.Id != to.Id && user.DisabledAt == null)
            .OrderBy(user => user.CreatedAt).ThenBy(user => user.Id).Take(MostOthers).ToListAsync(ct);
        if (others.Count > 0) lines.AddRange([texts["Other accounts have this address too. To set a password for one of them instead:"], ""]);
        foreach (var other in others) lines.AddRange([$"@{other.UserName}: {(await links.AddAsync(other.Id, ct)).AbsoluteUri}", ""]);
        lines.AddRange([texts["If it was not you, do nothing: your password stays as it is."], ""]);
        return lines;
    }

    [LoggerMessage(LogLevel.Warning, "A letter with a reset link could not be sent (try {Attempt}): {Why}")]
    private partial void LogNotSent(string attempt, string why);
}

/// <summary>Looks every few seconds whether a letter is due. Two nodes at once do no harm.</summary>
sealed partial class LetterCarrier(IServiceScopeFactory scopes, TimeProvider time, ILogger<LetterCarrier> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<ResetLetters>().SendDueAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The edge of this worker: the database may be away for a while.
                LogFailed(e.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Letters wait: {Why}")]
    private partial void LogFailed(string why);
}

static class PasswordSetting
{
    /// <summary>Gives an account this password, whether it had one or not; <see cref="Error.Malformed"/> with the field <c>password</c> where it may not be.</summary>
    public static async Task<Error?> SetPasswordAsync(this UserManager<HubUser> users, HubUser user, string password)
    {
        if (Passwords.Refuse(password, user.UserName!) is { } why) return Error.Field("password", why);
        if (user.PasswordHash is not null) await users.RemovePasswordAsync(user);
        var set = await users.AddPasswordAsync(user, password);
        return set.Errors.FirstOrDefault() is { } error ? Error.Field("password", error.Description) : null;
    }
}
