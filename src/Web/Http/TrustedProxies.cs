using Microsoft.AspNetCore.HttpOverrides;

namespace PyScriptHub.Web.Http;

/// <summary>
/// What proxies say of a request (<c>X-Forwarded-For</c>, <c>-Proto</c>, <c>-Host</c>) is taken from those that the administrator
/// named, and from nobody else: anybody can send these headers.
/// </summary>
static class TrustedProxies
{
    public static void UseTrustedProxies(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<HubOptions>().TrustedProxies;
        if (proxies.Count == 0) return;
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            // A chain of proxies is walked as long as each of them is one that is trusted.
            ForwardLimit = null,
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in proxies) options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
