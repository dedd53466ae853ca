using System.Net;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Localization;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Serving;

/// <summary>Answers content hosts: a project's files under its own origin. There are no cookies and no sign-in here.</summary>
sealed class ProjectContent(ContentSites sites, ServedPages pages, ProjectOpenings openings, HubDb db, Origins origins, HubScripts scripts)
{
    // Cookies of this length can only have been planted by another project's page.
    private const int PlantedCookieBytes = 16 * 1024;
    private const string HubFolder = ".hub/";

    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response, ct) = (context.Request, context.Response, context.RequestAborted);
        if (request.Headers.Cookie.Sum(cookie => cookie?.Length ?? 0) > PlantedCookieBytes) response.Headers["Clear-Site-Data"] = "\"cookies\"";
        ContentHeaders.Put(response, origins, isolation: true, Embedding.Hub);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            await ContentNotices.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, ContentNotices.OnlyReading);
            return;
        }

        var label = HostGate.LabelOf(context);
        if (await sites.FindAsync(label, ct) is not { } site)
        {
            await ContentNotices.WriteAsync(context, StatusCodes.Status404NotFound, ContentNotices.NoProject);
            return;
        }
        if (site.Project.TakenDownAt is not null)
        {
            await AnswerTakenDownAsync(context);
            return;
        }
        // What anybody may put there is shown by the hub in a frame alone, so that it is no way to publish.
        if (site.Trial is not null && !IsForAFrame(request))
        {
            await ContentNotices.WriteAsync(context, StatusCodes.Status403Forbidden, ContentNotices.OnlyOnTheHub);
            return;
        }
        ContentHeaders.Put(response, origins, site.Project.Isolation, site.Trial is null ? site.Project.Embedding : Embedding.Hub);
        response.Headers.CacheControl = site.IsDraft ? "private, no-store" : "no-cache";

        var path = request.Path.Value!.TrimStart('/');
        if (path.StartsWith(HubFolder, StringComparison.OrdinalIgnoreCase))
        {
            // Workers of a page whose origin is opaque are of no origin at all.
            response.Headers.AccessControlAllowOrigin = "*";
            await (scripts.Find(path) is { } script ? SendAsync(context, script) : NoFileAsync(context));
            return;
        }
        var manifest = await sites.ManifestAsync(site, ct);
        switch (Locate(manifest, site, path))
        {
            case (_, { } location):
                response.Redirect(location + request.QueryString);
                return;
            case ({ } file, _):
                if (Manifest.IsHtml(file)) await openings.NoteAsync(db, site, ct);
                await SendAsync(context, await pages.ReadAsync(site, manifest, file, Interpreters.Find(request.Query["interpreter"]), request.Query.ContainsKey(PageLock.AsStored), label, ct));
                return;
            case var _ when path == "favicon.ico":
                // Browsers ask on their own; a project without one has made no mistake.
                response.StatusCode = StatusCodes.Status204NoContent;
                return;
            default:
                await NoFileAsync(context);
                return;
        }
    }

    // What is asked for, as the browser itself says it and no page can (W3C Fetch Metadata). A page is for a frame, or for code that
    // reads it as a text; what is part of a page is for whatever it is, but for no window of its own.
    private static bool IsForAFrame(HttpRequest request)
    {
        var path = request.Path.Value!;
        return request.Headers["Sec-Fetch-Dest"].ToString() switch
        {
            // Browsers before 2023, and all of them over plain HTTP off localhost: the page's first script sees to it (bridge/page.ts).
            "" or "iframe" => true,
            "empty" => request.Headers["Sec-Fetch-Mode"] != "navigate",
            "document" or "frame" or "embed" or "object" => false,
            _ => !path.EndsWith('/') && !Manifest.IsHtml(path),
        };
    }

    /// <summary>Answers what nobody expected, under the headers of every other answer of a content host.</summary>
    public static Task AnswerExceptionAsync(HttpContext context)
    {
        ContentHeaders.Put(context.Response, context.RequestServices.GetRequiredService<Origins>(), isolation: true, Embedding.Hub);
        var (status, _, detail) = Problems.Explain(context.Features.Get<IExceptionHandlerFeature>()?.Error);
        if (status is StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "5";
        return ContentNotices.WriteAsync(context, status, ("This project cannot be shown just now", detail.ToString()));
    }

    // A file, or where to go instead, or neither.
    private (string? File, string? Location) Locate(Manifest manifest, ContentSite site, string path)
    {
        var basePath = origins.Content(site.Project.Label).BasePath;
        if (path.Length == 0)
        {
            var start = site.Publication?.StartPage ?? manifest.StartPage;
            return start == "index.html" ? (start, null) : (null, start is null ? null : Address(start));
        }
        if (manifest.Find(path) is not null) return (path, null);
        if (path.EndsWith('/')) return (manifest.Find(path + "index.html") is null ? null : path + "index.html", null);
        return (null, manifest.Find(path + "/index.html") is null ? null : Address(path + "/"));

        string Address(string target) => basePath + string.Join('/', target.Split('/').Select(Uri.EscapeDataString));
    }

    private static Task SendAsync(HttpContext context, Result<ServedFile> served) =>
        served.IsOk ? SendAsync(context, served.Value) : Problems.Of(served.Error).ExecuteAsync(context);

    private static Task SendAsync(HttpContext context, ServedFile file) =>
        Results.Bytes(file.Content, file.ContentType, enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{file.Tag}\"")).ExecuteAsync(context);

    private static Task NoFileAsync(HttpContext context) => ContentNotices.WriteAsync(context, StatusCodes.Status404NotFound, ContentNotices.NoFile);

    private static async Task AnswerTakenDownAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.Headers.ContainsKey("Service-Worker"))
        {
            // A visitor's browser asks for the worker that it keeps: it gets one that ends itself and what it stored.
            context.Response.ContentType = "text/javascript; charset=utf-8";
            await context.Response.WriteAsync(ContentNotices.LastServiceWorker, context.RequestAborted);
            return;
        }
        context.Response.Headers["Clear-Site-Data"] = "\"storage\", \"cache\"";
        await ContentNotices.WriteAsync(context, StatusCodes.Status410Gone, ContentNotices.TakenDown);
    }
}

/// <summary>The headers of a project's page and its files.</summary>
static class ContentHeaders
{
    public static void Put(HttpResponse response, Origins origins, bool isolation, Embedding embedding)
    {
        var headers = response.Headers;
        foreach (var (name, value) in s_isolation)
        {
            if (isolation) headers[name] = value;
            else headers.Remove(name);
        }
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers["Origin-Agent-Cluster"] = "?1";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=(self)";
        headers.ContentSecurityPolicy = embedding is Embedding.Anyone ? "frame-ancestors *" : $"frame-ancestors {origins.Hub}";
    }

    private static readonly (string Name, string Value)[] s_isolation =
    [
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("Document-Isolation-Policy", "isolate-and-require-corp"),
    ];
}

/// <summary>What a content host says where it has no file to show.</summary>
static class ContentNotices
{
    public static readonly (string Title, string Text) NoProject =
        ("There is no project here", "The address may be mistyped, the project may not be published any more, or a preview has lapsed. Ask the person who gave you the address.");

    public static readonly (string Title, string Text) NoFile =
        ("This project has no such file", "Capital and small letters matter in the names of files.");

    public static readonly (string Title, string Text) TakenDown = ("This project was taken down", "It broke the rules of this hub.");

    public static readonly (string Title, string Text) OnlyOnTheHub =
        ("This is a trial", "It is shown beside its editor on the hub alone. To share it, save it as a project of your own and publish that.");

    public static readonly (string Title, string Text) OnlyReading = ("Projects can only be read", "There is no server behind a project that would take what was sent.");

    public const string LastServiceWorker =
        """
        self.addEventListener('install', () => self.skipWaiting());
        self.addEventListener('activate', event => event.waitUntil((async () => {
          for (const name of await caches.keys()) await caches.delete(name);
          await self.registration.unregister();
          for (const client of await self.clients.matchAll({ type: 'window' })) client.navigate(client.url);
        })()));
        """;

    public static Task WriteAsync(HttpContext context, int status, (string Title, string Text) notice)
    {
        var texts = context.RequestServices.GetRequiredService<IStringLocalizer<Texts>>();
        var (title, text) = (WebUtility.HtmlEncode(texts[notice.Title]), WebUtility.HtmlEncode(texts[notice.Text]));
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        if (context.Response.Headers.CacheControl.Count == 0) context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method)) return Task.CompletedTask;
        return context.Response.WriteAsync(
            $$"""
            <!doctype html>
            <html lang="{{Languages.Current}}">
            <meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{title}}</title>
            <style>
              :root { color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif }
              body { display: grid; place-content: center; min-height: 90vh; margin: 0 1.5rem; max-width: 34rem; margin-inline: auto }
              h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem } p { margin: 0 }
            </style>
            <h1>{{title}}</h1>
            <p>{{text}}</p>
            </html>
            """, context.RequestAborted);
    }
}
