using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Serving.Packages;

namespace PyScriptHub.Web.Serving;

/// <summary>Puts the runtime host together.</summary>
public static class RuntimeHost
{
    /// <summary>Registers the catalog and what serves it.</summary>
    /// <param name="services">The hub's services.</param>
    /// <param name="catalog">What was packed at start.</param>
    /// <param name="folder">The runtime's part of the data folder; compressed forms are kept in its <c>encoded</c>.</param>
    public static IServiceCollection AddRuntimeHost(this IServiceCollection services, RuntimeCatalog catalog, string folder)
    {
        services.AddSingleton(catalog);
        services.AddSingleton(new EncodedAssets(catalog, Path.Combine(folder, "encoded")));
        services.AddSingleton<RuntimeAssets>();
        services.AddHostedService<AssetImprover>();
        return services;
    }

    /// <summary>Answers every request of a branch as the runtime host: for the branch behind the check of the host name.</summary>
    public static void RunRuntimeHost(this IApplicationBuilder branch)
    {
        var assets = branch.ApplicationServices.GetRequiredService<RuntimeAssets>();
        branch.MapWhen(LockedRuntime.Handles, locked => locked.Run(context => context.RequestServices.GetRequiredService<LockedRuntime>().ServeAsync(context)));
        branch.Run(assets.ServeAsync);
    }
}
