namespace PyScriptHub.Web.Http;

/// <summary>The hub's own styles, scripts and pictures.</summary>
static class HubFiles
{
    /// <summary>Files under <c>/assets/</c> have their hash in their name and never change; the few others are asked about again.</summary>
    public static StaticFileOptions Options { get; } = new()
    {
        OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
            file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "public, no-cache",
    };
}
