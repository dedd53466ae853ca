using Microsoft.Extensions.Localization;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Http;

/// <summary>The first middleware: what host a request came to decides who answers it; strange names get 421.</summary>
sealed class HostGate(RequestDelegate next, Origins origins, IStringLocalizer<Texts> texts)
{
    // A project may plant cookies for every sibling label and, on a local hub, for localhost: content hosts shrug them off.
    private const int HubHeaderBytes = 32 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (origins.IsSecure) context.Request.Scheme = Uri.UriSchemeHttps;
        var (kind, label) = origins.Classify(context.Request.Host);
        // A load balancer asks by address. A project may have a folder of that name.
        if (kind is HostKind.Unknown or HostKind.Loopback && context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)) kind = HostKind.Hub;
        context.Items[typeof(HostKind)] = kind;
        context.Items[typeof(Origins)] = label;
        switch (kind)
        {
            case HostKind.Unknown:
                await AnswerUnknownAsync(context);
                return;
            case HostKind.Loopback:
                context.Response.Redirect(origins.OnHub(context.Request), permanent: false, preserveMethod: true);
                return;
            case HostKind.Hub when HeaderBytes(context.Request.Headers) > HubHeaderBytes:
                await Problems.WriteAsync(
                    context, StatusCodes.Status431RequestHeaderFieldsTooLarge, "headers_too_large",
                    "The request carries more than 32 KB of headers. Delete this site's cookies and try again.");
                return;
            default:
                await next(context);
                return;
        }
    }

    /// <summary>Whether the request came to a host of this kind.</summary>
    public static bool Is(HttpContext context, HostKind kind) => context.Items[typeof(HostKind)] is HostKind actual && actual == kind;

    /// <summary>The label of the content host that the request came to.</summary>
    public static string LabelOf(HttpContext context) => (string)context.Items[typeof(Origins)]!;

    // A person gets a page that needs nothing else from this name: every other address of it is answered the same way.
    private Task AnswerUnknownAsync(HttpContext context)
    {
        const int status = StatusCodes.Status421MisdirectedRequest;
        if (!context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
            return Problems.WriteAsync(context, status, "misdirected", $"No site of this hub has that name. The hub is at {origins.Hub}.");
        return ContentNotices.WriteAsync(context, status, (texts["This is not an address of the hub"], texts["No site of this hub has that name. The hub is at {0}.", origins.Hub]));
    }

    private static int HeaderBytes(IHeaderDictionary headers) =>
        headers.Sum(header => header.Key.Length + header.Value.Sum(value => value?.Length ?? 0));
}
