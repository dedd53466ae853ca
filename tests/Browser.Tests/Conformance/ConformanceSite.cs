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

    private ConformanceSite(HubServer hub, Uri isolated, Uri open) => (_hub, _isolated, _open) = (hub, isolated, open);

    /// <summary>The hub's hosts, with ports: what a page may ask.</summary>
    public IEnumerable<string> Hosts => [_hub.Options.PublicUrl.Authority, new Uri(new Origins(_hub.Options).Runtime).Authority, _isolated.Authority, _open.Authority];

    /// <summary>Starts a hub and imports and publishes the pages through its API.</summary>
    public static async Task<ConformanceSite> StartAsync()
    {
        var hub = await HubServer.StartAsync(packsRuntime: true);
        var client = await hub.UserAsync("conformance", isAdministrator: true);
        var zip = Zip.Of(PageSet.Files(new Uri(new Origins(hub.Options).Runtime)).Select(file => (file.Key, file.Value)));
        return new ConformanceSite(
            hub,
            // The page that frames the project is the suite's own, on another port than the hub's.
            await PublishAsync(client, zip, new { embedding = "anyone" }),
            await PublishAsync(client, zip, new { isolation = "off" }));
    }

    /// <summary>A page's own address.</summary>
    public Uri Address(ConformancePage page, string query) => new(page.Isolated ? _isolated : _open, $"{page.Path}?{query}");

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private static async Task<Uri> PublishAsync(HttpClient client, byte[] zip, object settings)
    {
        var project = await (await client.ImportAsync(zip, "?name=Conformance")).JsonAsync(HttpStatusCode.Created);
        await (await client.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", settings)).JsonAsync();
        return new Uri((await client.PublishAsync(project.Text("id"))).Text("contentUrl"));
    }
}
