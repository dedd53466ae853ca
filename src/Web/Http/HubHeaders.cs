using System.Security.Cryptography;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Http;

/// <summary>
/// The security headers of everything that the hub's own host answers. They are put on at the last moment, so that an
/// error that clears the response keeps them, and give way to stricter ones that an answer brings itself.
/// </summary>
sealed class HubHeaders(RequestDelegate next, Origins origins)
{
    private static readonly object s_isolated = new();

    public Task InvokeAsync(HttpContext context)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        context.Items[typeof(HubHeaders)] = nonce;
        context.Response.OnStarting(() =>
        {
            Write(context, nonce);
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>What a script or style element of this answer must carry as its <c>nonce</c>.</summary>
    public static string NonceOf(HttpContext context) => (string)context.Items[typeof(HubHeaders)]!;

    /// <summary>
    /// Isolates the page across origins: for one that frames a project whose isolation is on. Any other frame would be
    /// blocked under it.
    /// </summary>
    public static void Isolate(HttpContext context) => context.Items[s_isolated] = true;

    private void Write(HttpContext context, string nonce)
    {
        var headers = context.Response.Headers;
        headers.TryAdd("Content-Security-Policy", Policy(nonce));
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("Referrer-Policy", "same-origin");
        headers.TryAdd("Origin-Agent-Cluster", "?1");
        if (context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) ?? false)
            headers.TryAdd("Cache-Control", "private, no-cache");
        if (!context.Items.ContainsKey(s_isolated)) return;
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Embedder-Policy", "require-corp");
    }

    private string Policy(string nonce) => string.Join(
        "; ",
        "default-src 'none'",
        $"script-src 'nonce-{nonce}' 'strict-dynamic'",
        $"style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        $"frame-src {origins.AllContent}",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'");
}
