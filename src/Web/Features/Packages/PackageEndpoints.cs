using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>The addresses of packages.</summary>
static class PackageEndpoints
{
    /// <summary>Leads whoever asks the hub itself for its package index to the runtime host, which has it.</summary>
    public static void MapIndexRedirects(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/simple/{**rest}", ["GET", "HEAD"], (HttpRequest request, Origins origins) =>
            Results.Redirect(origins.Runtime + request.PathBase + request.Path.ToUriComponent() + request.QueryString, permanent: true, preserveMethod: true))
            .ExcludeFromDescription();
    }
}
