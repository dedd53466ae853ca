using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Runtime.Assets.Packing;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>The runtime host on a port of its own, over the real packed catalog in a folder that goes away with it.</summary>
public sealed class RunningRuntimeHost : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pyscript-hub-serving-").FullName;
    private WebApplication? _app;

    /// <summary>What is served.</summary>
    public RuntimeCatalog Catalog { get; private set; } = null!;

    /// <summary>Speaks to the host and decodes nothing.</summary>
    public HttpClient Client { get; private set; } = null!;

    internal EncodedAssets Encoded => _app!.Services.GetRequiredService<EncodedAssets>();

    internal string EncodedFolder => Path.Combine(_folder, "encoded");

    public async ValueTask InitializeAsync()
    {
        Catalog = await RuntimePacker.PackAsync(
            RuntimeSources.Read(RuntimeSources.BundledFolder(), null), new("http://runtime.localhost:5080"), _folder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddRuntimeHost(Catalog, _folder);
        _app = builder.Build();
        _app.MapWhen(_ => true, branch => branch.RunRuntimeHost());
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Client = new(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.None }) { BaseAddress = new(address) };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
