using System.Net;
using System.Net.Sockets;
using MediatR;
using Microsoft.AspNetCore.Identity;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Begins a session of a person with user name and password.</summary>
/// <param name="Stays">Whether the session outlives the browser's.</param>
/// <param name="From">The address that the request came from.</param>
sealed record SignIn(string UserName, string Password, bool Stays, IPAddress? From) : IRequest<Result<Done>>;

sealed class SignInHandler(SignInManager<HubUser> signIn, RateLimits limits) : IRequestHandler<SignIn, Result<Done>>
{
    // Failures alone are counted: a class behind one address signs in at once, and mistypes now and then.
    private const int FailuresPerAddress = 100;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);

    // Of nobody's password: an unknown name takes as long to refuse as a known one.
    private static readonly Lazy<string> s_nobodysHash = new(() => new PasswordHasher<HubUser>().HashPassword(new HubUser(), Guid.NewGuid().ToString()));

    public async Task<Result<Done>> Handle(SignIn command, CancellationToken ct)
    {
        var key = $"sign-in:{NetworkOf(command.From)}";
        if (await limits.LookAsync(key, FailuresPerAddress, s_window, ct) is { } wait) return new Error.TooManyRequests(wait);
        if (await TryAsync(command)) return default(Done);
        await limits.TakeAsync(key, FailuresPerAddress, s_window, ct);
        // One answer for an unknown name, a wrong password and a locked account: it tells a guesser nothing.
        return Error.Field("password", "User name or password is wrong. After too many wrong ones, an account rests for five minutes.");
    }

    private async Task<bool> TryAsync(SignIn command)
    {
        var name = command.UserName.Trim().ToLowerInvariant();
        var user = UserNames.Refuse(name) is null ? await signIn.UserManager.FindByNameAsync(name) : null;
        if (user?.PasswordHash is null)
        {
            signIn.UserManager.PasswordHasher.VerifyHashedPassword(user ?? new HubUser(), s_nobodysHash.Value, command.Password);
            return false;
        }
        return (await signIn.PasswordSignInAsync(user, command.Password, command.Stays, lockoutOnFailure: true)).Succeeded;
    }

    // Whoever has one address of IPv6 has the 2^64 beside it.
    private static string NetworkOf(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily is AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
