using System.Buffers.Text;
using MediatR;
using Microsoft.AspNetCore.Identity;
using PyScriptHub.Domain;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <param name="Id">The credential's id in base64url.</param>
sealed record PasskeySummary(string Id, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameLength = 60;

    /// <summary>The most that an account may have.</summary>
    public const int Most = 20;

    public static PasskeySummary Of(UserPasskeyInfo passkey) => new(Base64Url.EncodeToString(passkey.CredentialId), passkey.Name ?? "", passkey.CreatedAt);

    /// <summary>Says what is wrong with a name, or null.</summary>
    public static Sentence? RefuseName(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > NameLength || ReadableText.Misleads(name))
            return $"A passkey's name has 1 to {NameLength} characters, and none that cannot be seen.";
        return null;
    }
}

/// <summary>What the browser is to make a new passkey of, as JSON of WebAuthn.</summary>
/// <param name="Password">The caller's: a passkey is a way in for good.</param>
sealed record BeginPasskey(string? Password) : IRequest<Result<string>>;

sealed class BeginPasskeyHandler(UserManager<HubUser> users, SignInManager<HubUser> signIn, Proof proof, CurrentUser caller) : IRequestHandler<BeginPasskey, Result<string>>
{
    public async Task<Result<string>> Handle(BeginPasskey command, CancellationToken ct)
    {
        if (caller.SessionId is null || await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        if (await proof.AskUnlessFreshAsync(user, command.Password, AddPasskey.PasswordField, ct) is { } refusal) return refusal;
        return await signIn.MakePasskeyCreationOptionsAsync(new PasskeyUserEntity { Id = user.Id.ToString(), Name = user.UserName!, DisplayName = user.UserName! });
    }
}

/// <summary>Keeps the passkey that the browser made.</summary>
/// <param name="Credential">The browser's answer, as JSON of WebAuthn.</param>
/// <param name="Password">The caller's, as for <see cref="BeginPasskey"/>.</param>
sealed record AddPasskey(string Credential, string Name, string? Password) : IRequest<Result<Done>>
{
    public const string PasswordField = "passkeyPassword";
}

sealed class AddPasskeyHandler(UserManager<HubUser> users, SignInManager<HubUser> signIn, Proof proof, CurrentUser caller) : IRequestHandler<AddPasskey, Result<Done>>
{
    public async Task<Result<Done>> Handle(AddPasskey command, CancellationToken ct)
    {
        if (caller.SessionId is null || await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        if (PasskeySummary.RefuseName(command.Name) is { } why) return Error.Field("passkeyName", why);
        if (await proof.AskUnlessFreshAsync(user, command.Password, AddPasskey.PasswordField, ct) is { } refusal) return refusal;
        if ((await users.GetPasskeysAsync(user)).Count >= PasskeySummary.Most) return Error.Field("passkeyName", $"An account has {PasskeySummary.Most} passkeys at most. Remove one that is no longer used.");
        PasskeyAttestationResult made;
        try
        {
            made = await signIn.PerformPasskeyAttestationAsync(command.Credential);
        }
        catch (InvalidOperationException)
        {
            // Identity throws where the cookie with what was asked is not there: too late, or nobody asked.
            return NotMade();
        }
        // What was asked for one account must not end in another that signed in meanwhile.
        if (!made.Succeeded || made.UserEntity.Id != user.Id.ToString()) return NotMade();
        made.Passkey.Name = command.Name.Trim();
        var kept = await users.AddOrUpdatePasskeyAsync(user, made.Passkey);
        return kept.Succeeded ? default(Done) : NotMade();
    }

    private static Error.Malformed NotMade() => Error.Field("passkeyName", "The passkey could not be made. Try again.");
}

/// <summary>Gives a passkey another name.</summary>
sealed record RenamePasskey(string Id, string Name) : IRequest<Result<Done>>;

sealed class RenamePasskeyHandler(UserManager<HubUser> users, CurrentUser caller) : IRequestHandler<RenamePasskey, Result<Done>>
{
    public async Task<Result<Done>> Handle(RenamePasskey command, CancellationToken ct)
    {
        if (PasskeySummary.RefuseName(command.Name) is { } why) return Error.Field("passkeyName", why);
        if (await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        if (!Base64Url.IsValid(command.Id) || await users.GetPasskeyAsync(user, Base64Url.DecodeFromChars(command.Id)) is not { } passkey) return new Error.NotFound("passkey");
        passkey.Name = command.Name.Trim();
        await users.AddOrUpdatePasskeyAsync(user, passkey);
        return default(Done);
    }
}

/// <summary>Takes a passkey away; the last one only where there is a password.</summary>
sealed record RemovePasskey(string Id) : IRequest<Result<Done>>;

sealed class RemovePasskeyHandler(UserManager<HubUser> users, CurrentUser caller) : IRequestHandler<RemovePasskey, Result<Done>>
{
    public async Task<Result<Done>> Handle(RemovePasskey command, CancellationToken ct)
    {
        if (await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        if (!Base64Url.IsValid(command.Id) || await users.GetPasskeyAsync(user, Base64Url.DecodeFromChars(command.Id)) is not { } passkey) return new Error.NotFound("passkey");
        if (user.PasswordHash is null && (await users.GetPasskeysAsync(user)).Count == 1)
            return new Error.Conflict("last_way_in", "This passkey is the only way to sign in. Set a password first.");
        await users.RemovePasskeyAsync(user, passkey.CredentialId);
        return default(Done);
    }
}

/// <summary>What the browser is to sign with any passkey that it has for this hub, as JSON of WebAuthn.</summary>
sealed record BeginPasskeySignIn : IRequest<Result<string>>;

sealed class BeginPasskeySignInHandler(SignInManager<HubUser> signIn) : IRequestHandler<BeginPasskeySignIn, Result<string>>
{
    // Nobody is named: which accounts there are, and which have passkeys, is not told to strangers.
    public async Task<Result<string>> Handle(BeginPasskeySignIn command, CancellationToken ct) => await signIn.MakePasskeyRequestOptionsAsync(user: null);
}

/// <summary>Begins a session of a person with a passkey.</summary>
/// <param name="Credential">The browser's answer, as JSON of WebAuthn.</param>
sealed record SignInWithPasskey(string Credential, bool Stays) : IRequest<Result<Done>>;

sealed class SignInWithPasskeyHandler(UserManager<HubUser> users, SignInManager<HubUser> signIn, Sessions sessions) : IRequestHandler<SignInWithPasskey, Result<Done>>
{
    public async Task<Result<Done>> Handle(SignInWithPasskey command, CancellationToken ct)
    {
        PasskeyAssertionResult<HubUser> signed;
        try
        {
            signed = await signIn.PerformPasskeyAssertionAsync(command.Credential);
        }
        catch (InvalidOperationException)
        {
            return Refusal();
        }
        if (!signed.Succeeded || signed.User.DisabledAt is not null) return Refusal();
        // The count of its uses: a copy of the passkey would be noticed by it.
        await users.AddOrUpdatePasskeyAsync(signed.User, signed.Passkey);
        await sessions.BeginAsync(signed.User, command.Stays, ct);
        return default(Done);
    }

    private static Error.Malformed Refusal() => Error.Field("password", "The passkey was not accepted. Try again, or sign in with your password.");
}
