using PyScriptHub.Infrastructure.Bundling;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>Registers what keeps npm packages, makes modules of them and serves them.</summary>
static class LibraryHost
{
    /// <summary>For verbs too, which serve nothing.</summary>
    public static void AddLibraries(this IServiceCollection services)
    {
        services.AddSingleton<LibrarySource>();
        services.AddScoped<NpmStock>();
        services.AddScoped<LibraryShelf>();
        services.AddScoped<NpmStocking>();
    }

    public static void AddLibraryServing(this IServiceCollection services)
    {
        services.AddSingleton<LibraryMemory>();
        services.AddSingleton<Esbuild>();
        services.AddScoped<LibraryModules>();
        services.AddScoped<LibraryResolver>();
        services.AddScoped<SiteLibraries>();
        services.AddScoped<NpmAssets>();
    }
}
