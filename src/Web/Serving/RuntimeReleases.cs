using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving;

/// <summary>The releases that this hub serves, for who chooses one.</summary>
public static class RuntimeReleases
{
    /// <summary>Maps <c>GET /api/v1/runtime/releases</c>, newest first.</summary>
    public static IEndpointConventionBuilder MapRuntimeReleases(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v1/runtime/releases", (RuntimeCatalog catalog) => TypedResults.Ok<IReadOnlyList<RuntimeRelease>>(catalog.Releases))
            .WithName("ListRuntimeReleases")
            .WithSummary("The runtime releases that this hub serves, newest first.");
}
