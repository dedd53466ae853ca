using System.Net;
using System.Net.Http.Json;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>A hub with the suite's two projects on it: one with isolation, one without.</summary>
internal sealed class ConformanceSite : IAsyncDisposable
{
    private readonly HubServer _hub;
    private readonly Uri _isolated;
    private readonly Uri _open;

    private ConformanceSite(HubServer hub, Uri page, Uri isolated, Uri open) => (_hub, ProjectPage, _isolated, _open) = (hub, page, isolated, open);

    /// <summary>The page on the hub that frames the isolated project.</summary>
    public Uri ProjectPage { get; }

    /// <summary>The hub's hosts, with ports: what a page may ask.</summary>
    public IEnumerable<string> Hosts => [_hub.Options.PublicUrl.Authority, new Uri(new Origins(_hub.Options).Runtime).Authority, _isolated.Authority, _open.Authority];

    /// <summary>Starts a hub and imports and publishes the pages through its API.</summary>
    public static async Task<ConformanceSite> StartAsync()
    {
        var hub = await HubServer.StartAsync(packsRuntime: true);
        var client = await hub.UserAsync("conformance", isAdministrator: true);
        var zip = Zip.Of(PageSet.Files(new Uri(new Origins(hub.Options).Runtime)).Select(file => (file.Key, file.Value)));
        var (page, isolated) = await PublishAsync(client, zip, new { isolation = "on" });
        var (_, open) = await PublishAsync(client, zip, new { isolation = "off" });
        return new ConformanceSite(hub, page, isolated, open);
    }

    /// <summary>A page's own address.</summary>
    public Uri Address(ConformancePage page, string query) => new(page.Isolated ? _isolated : _open, $"{page.Path}?{query}");

    /// <summary>What the hub logged as an error.</summary>
    public IEnumerable<string> Errors => _hub.Log.All.Where(line => line.StartsWith("Error", StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static async Task<(Uri Page, Uri Content)> PublishAsync(HttpClient client, byte[] zip, object settings)
    {
        var project = await (await client.ImportAsync(zip, "?name=Conformance")).JsonAsync(HttpStatusCode.Created);
        await (await client.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", settings)).JsonAsync();
        project = await client.PublishAsync(project.Text("id"));
        return (new Uri(project.Text("url")), new Uri(project.Text("contentUrl")));
    }
}
