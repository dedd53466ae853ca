using System.Text;
using Microsoft.Net.Http.Headers;

namespace PyScriptHub.Web.Serving;

/// <summary>What all answers of the runtime host have in common.</summary>
static class RuntimeAnswers
{
    /// <summary>For what a path with a version or a hash in it names.</summary>
    public const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>Lets pages of every origin read the answer.</summary>
    public static void ShareWithEveryOrigin(IHeaderDictionary headers)
    {
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = "Accept-Ranges, Content-Encoding, Content-Range, ETag";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers["Timing-Allow-Origin"] = "*";
        headers.XContentTypeOptions = "nosniff";
    }

    /// <summary>Sends bytes whole or in ranges, to whatever origin.</summary>
    public static Task SendAsync(HttpContext context, byte[] content, string type, string caching, EntityTagHeaderValue tag)
    {
        ShareWithEveryOrigin(context.Response.Headers);
        context.Response.Headers.CacheControl = caching;
        return Results.Bytes(content, type, enableRangeProcessing: true, entityTag: tag).ExecuteAsync(context);
    }

    /// <summary>Answers in a sentence. An answer that says no is not immutable: the release may be added tomorrow.</summary>
    public static async Task SayAsync(HttpContext context, int status, string text)
    {
        var body = Encoding.UTF8.GetBytes(text + "\n");
        var response = context.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.Headers.Remove(HeaderNames.ETag);
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
