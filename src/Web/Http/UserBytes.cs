namespace PyScriptHub.Web.Http;

/// <summary>Bytes of a user on the hub's own origin: always a download, never something that a browser renders.</summary>
public static class UserBytes
{
    /// <summary>Marks a response as an opaque download under <paramref name="fileName"/>.</summary>
    public static void Mark(HttpResponse response, string fileName)
    {
        response.ContentType = "application/octet-stream";
        var disposition = new Microsoft.Net.Http.Headers.ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(fileName);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = "private, no-cache";
    }
}
