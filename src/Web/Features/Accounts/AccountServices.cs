using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
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
                // Length is what counts (NIST SP 800-63B, 5.1.1.2); rules of composition only make notes under keyboards.
                identity.Password.RequiredLength = 10;
                identity.Password.RequireDigit = identity.Password.RequireLowercase = false;
                identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
                identity.Lockout.MaxFailedAccessAttempts = 10;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
                identity.User.AllowedUserNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";
            })
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<HubDb>()
            .AddSignInManager();

        // Within a minute of a new password or a lost role a session of before is no more.
        services.Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.FromMinutes(1));

        services.AddScoped<NewAccounts>();
        services.AddScoped<FirstAdministrator>();
        services.AddAuthentication(authentication => authentication.DefaultScheme = EitherScheme)
            .AddPolicyScheme(EitherScheme, null, policy => policy.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey("Authorization") ? AccessTokenHandler.Scheme : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, AccessTokenHandler>(AccessTokenHandler.Scheme, null)
            .AddCookie(IdentityConstants.ApplicationScheme, cookie => Configure(cookie, origins));
        services.AddAuthorization();

        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.HeaderName = ForgeryGate.HeaderName;
            antiforgery.Cookie.Name = CookieName(origins, "hub-form");
            antiforgery.Cookie.Path = "/";
            antiforgery.Cookie.SameSite = SameSiteMode.Lax;
            antiforgery.Cookie.SecurePolicy = SecurePolicy(origins);
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
        cookie.Cookie.Name = CookieName(origins, "hub");
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.Path = "/";
        cookie.Cookie.SecurePolicy = SecurePolicy(origins);
        cookie.ExpireTimeSpan = TimeSpan.FromDays(30);
        cookie.SlidingExpiration = true;
        cookie.LoginPath = "/sign-in";
        cookie.ReturnUrlParameter = "returnUrl";
        cookie.Events.OnValidatePrincipal = SecurityStampValidator.ValidatePrincipalAsync;
        cookie.Events.OnRedirectToLogin = context => AnswerApi(context, StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = context => AnswerApi(context, StatusCodes.Status403Forbidden);
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
    private static string CookieName(Origins origins, string name) =>
        origins.IsSecure ? $"__Host-{name}" : $"{name}-{origins.Port.ToString(CultureInfo.InvariantCulture)}";

    private static CookieSecurePolicy SecurePolicy(Origins origins) => origins.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
}
