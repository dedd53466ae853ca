using Microsoft.AspNetCore.StaticFiles;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Http;

/// <summary>
/// The hub's own styles, scripts and pictures. What the front end's build made lies there in brotli and gzip too, and the
/// smallest form that the browser takes is sent.
/// </summary>
static class HubFiles
{
    private const string Assets = "/assets";
    private const string Pictures = "/pictures";

    private static readonly object s_coding = new();
    private static readonly (ContentCoding Coding, string Extension, string Word)[] s_forms =
        [(ContentCoding.Brotli, ".br", "br"), (ContentCoding.Gzip, ".gz", "gzip")];

    /// <summary>Serves them.</summary>
    public static void UseHubFiles(this IApplicationBuilder app)
    {
        var files = app.ApplicationServices.GetRequiredService<IWebHostEnvironment>().WebRootFileProvider;
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments(Assets, StringComparison.Ordinal)) Choose(context);
            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = Prepare, ContentTypeProvider = new EncodedTypes() });

        void Choose(HttpContext context)
        {
            foreach (var coding in AcceptedCodings.Of(context.Request).InOrder())
            {
                if (Array.Find(s_forms, form => form.Coding == coding) is not { Extension: { } extension } form) return;
                if (!files.GetFileInfo(context.Request.Path.Value + extension).Exists) continue;
                context.Request.Path += extension;
                context.Items[s_coding] = form.Word;
                return;
            }
        }
    }

    // Files under /assets/ have their hash in their name and never change; the few others are asked about again.
    private static void Prepare(StaticFileResponseContext file)
    {
        var (path, headers) = (file.Context.Request.Path, file.Context.Response.Headers);
        var isAsset = path.StartsWithSegments(Assets, StringComparison.Ordinal);
        headers.CacheControl = isAsset ? "public, max-age=31536000, immutable" : "public, no-cache";
        if (isAsset) headers.Vary = "Accept-Encoding";
        if (file.Context.Items[s_coding] is string coding) headers.ContentEncoding = coding;
        // Chats and other sites show these beside a link.
        if (path.StartsWithSegments(Pictures, StringComparison.Ordinal)) headers["Cross-Origin-Resource-Policy"] = "cross-origin";
    }

    // A form has the type of what it encodes.
    private sealed class EncodedTypes : IContentTypeProvider
    {
        private readonly FileExtensionContentTypeProvider _types = new();

        public bool TryGetContentType(string subpath, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string contentType)
        {
            var form = Array.Find(s_forms, form => subpath.EndsWith(form.Extension, StringComparison.Ordinal));
            return _types.TryGetContentType(form.Extension is null ? subpath : subpath[..^form.Extension.Length], out contentType);
        }
    }
}
