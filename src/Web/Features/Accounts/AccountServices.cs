using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Who is who: Identity over the hub's database, a cookie for people, tokens for programs.</summary>
static class AccountServices
{
    // One scheme decides by the request: with an Authorization header the cookie does not count at all.
    private const string EitherScheme = "hub";

    public static void AddAccounts(this IServiceCollection services, HubOptions options)
    {
        var origins = new Origins(options);
        services.AddIdentityCore<HubUser>(identity =>
            {
                // What else a password may be says Passwords.
                identity.Password.RequiredLength = Passwords.MinimumLength;
                identity.Password.RequiredUniqueChars = 1;
                identity.Password.RequireDigit = identity.Password.RequireLowercase = false;
                identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
                identity.User.AllowedUserNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";
            })
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<HubDb>()
            .AddPasswordValidator<PasswordRule>()
            .AddSignInManager();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            passkeys.ServerDomain = options.PublicUrl.Host;
            // A passkey stands for name and password at once, so the device makes sure who holds it.
            passkeys.UserVerificationRequirement = "required";
            passkeys.ResidentKeyRequirement = "required";
            passkeys.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && origins.IsHub(context.Origin));
        });

        services.AddScoped<HubSettings>();
        services.AddScoped<RequestOrigin>();
        services.AddScoped<KnownBrowser>();
        services.AddScoped<Sessions>();
        services.AddScoped<SignInLimits>();
        services.AddScoped<Proof>();
        services.AddScoped<ResetLinks>();
        services.AddScoped<ResetLetters>();
        if (options is { IsWorker: true, Smtp: not null }) services.AddHostedService<LetterCarrier>();
        services.AddScoped<NewAccounts>();
        services.AddScoped<FirstAdministrator>();
        services.AddAuthentication(authentication => authentication.DefaultScheme = EitherScheme)
            .AddPolicyScheme(EitherScheme, null, policy => policy.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey("Authorization") ? AccessTokenHandler.Scheme : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, AccessTokenHandler>(AccessTokenHandler.Scheme, null)
            .AddCookie(IdentityConstants.ApplicationScheme, cookie => Configure(cookie, origins))
            // What a passkey was asked to sign, until its answer comes.
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, cookie =>
            {
                Configure(cookie.Cookie, origins, "hub-passkey");
                cookie.ExpireTimeSpan = TimeSpan.FromMinutes(5);
            });
        services.AddAuthorization(authorization => authorization.AddPolicy(SignedIn.Policy, policy =>
            policy.RequireAuthenticatedUser().RequireClaim(CurrentUser.SessionClaim)));

        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.HeaderName = ForgeryGate.HeaderName;
            Configure(antiforgery.Cookie, origins, "hub-form");
            // The pages' own policy says who may frame them.
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.AddDataProtection().SetApplicationName("PyScriptHub");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
            keys => keys.XmlRepository = new DatabaseKeys(provider.GetRequiredService<IServiceScopeFactory>())));
    }

    /// <summary>Finds out who calls, and refuses what another site's page may have sent in a person's name.</summary>
    public static void UseAccounts(this WebApplication app)
    {
        app.UseAuthentication();
        app.Use(RefuseBadTokensAsync);
        app.UseMiddleware<ForgeryGate>();
        app.UseAuthorization();
    }

    // A program whose token is no longer good hears of it everywhere, also where nobody has to sign in.
    private static Task RefuseBadTokensAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Headers.ContainsKey("Authorization") && context.User.Identity is not { IsAuthenticated: true }
            ? context.ChallengeAsync(AccessTokenHandler.Scheme)
            : next(context);

    private static void Configure(CookieAuthenticationOptions cookie, Origins origins)
    {
        Configure(cookie.Cookie, origins, "hub");
        cookie.ExpireTimeSpan = Session.Lifetime;
        cookie.SlidingExpiration = true;
        cookie.LoginPath = "/sign-in";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.Events.OnValidatePrincipal = Sessions.ValidateAsync;
        cookie.Events.OnRedirectToLogin = context => AnswerApi(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => AnswerApi(context, StatusCodes.Status403Forbidden);
    }

    private static void Configure(CookieBuilder cookie, Origins origins, string name)
    {
        cookie.Name = CookieName(origins, name);
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.Path = "/";
        cookie.SecurePolicy = SecurePolicy(origins);
    }

    // A program gets a status, a person the sign-in page.
    private static Task AnswerApi(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || status != StatusCodes.Status401Unauthorized)
            context.Response.StatusCode = status;
        else context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }

    // WebKit drops every Secure cookie over plain HTTP, and cookies ignore ports: there the name carries the port instead.
    internal static string CookieName(Origins origins, string name) =>
        origins.IsSecure ? $"__Host-{name}" : $"{name}-{origins.Port.ToString(CultureInfo.InvariantCulture)}";

    private static CookieSecurePolicy SecurePolicy(Origins origins) => origins.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
}
