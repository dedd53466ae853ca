using System.Text;
using System.Text.Json;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Testing;
using PyScriptHub.Web.Tests.Reliability;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Packages;

/// <summary>Projects whose configs list packages, opened where no other host can be reached.</summary>
public sealed class PackageLockTests(PublishedPageTests.Stage stage) : IClassFixture<PublishedPageTests.Stage>
{
    private static readonly WheelBuilder s_water = WheelBuilder.Simple("water", "2.1");
    private static readonly WheelBuilder s_tea = WheelBuilder.Simple("tea-leaves", "1.0", "water>=2");
    private static readonly WheelBuilder s_pot = WheelBuilder.Simple("tea-pot", "3.0", "Tea_Leaves~=1.0", "milk; sys_platform != 'emscripten'");

    private const string Python = """
        import sys
        import tea_pot, tea_leaves, water
        from pyscript import document, RUNNING_IN_WORKER
        found = f"{tea_pot.version} {tea_leaves.version} {water.version} micropip:{'micropip' in sys.modules} worker:{RUNNING_IN_WORKER}"
        document.querySelector("output").textContent = found
        """;

    // The newest and the oldest way in which PyScript hands packages on; the whole form has all releases on both threads.
    public static IEnumerable<TheoryDataRow<string, bool>> Releases()
    {
        (string Release, bool InWorker)[] some = [("2026.7.3", false), ("2024.1.1", true)];
        (string Release, bool InWorker)[] others = [("2026.7.3", true), ("2026.3.1", false), ("2026.3.1", true), ("2025.11.1", false), ("2025.11.1", true), ("2024.1.1", false)];
        return [.. (FullForm.IsAsked ? some.Concat(others) : some).Select(one => new TheoryDataRow<string, bool>(one.Release, one.InWorker))];
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task Wheels_of_the_project_are_loaded_as_locked_without_micropip(string release, bool inWorker)
    {
        var project = await PublishAsync(release, $"""<script type="py" src="main.py" config="pyscript.toml" {(inWorker ? "worker" : "")}></script>""",
            ("pyscript.toml", "# a lesson\npackages = ['tea_pot']\n"));
        await using var visit = await stage.VisitAsync();
        var asked = new List<string>();
        visit.Page.Context.Request += (_, request) => asked.Add(request.Url);
        await visit.Page.GotoAsync(project.Text("contentUrl"));
        await visit.Page.WaitForFunctionAsync("document.querySelector('output').textContent", null, new() { Timeout = 60_000 });
        (await visit.Page.InnerTextAsync("output")).ShouldBe($"3.0 1.0 2.1 micropip:False worker:{inWorker}");
        visit.Outside.ShouldBeEmpty();
        visit.Errors.ShouldBeEmpty();
        if (inWorker) return;
        asked.Where(url => url.EndsWith(".whl", StringComparison.Ordinal)).Order().Select(url => url.Split('/')[^1]).ShouldBe([s_pot.FileName, s_tea.FileName, s_water.FileName], ignoreOrder: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_came_from_an_upstream_at_publish_time_runs_when_the_upstream_is_gone(bool inWorker)
    {
        var upstream = await LoopbackIndex.StartAsync();
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal) { [s_water.FileName] = upstream.Add(s_water) };
        await using var hub = await HubServer.StartAsync(
            options => options with { Packages = options.Packages with { Upstreams = [upstream.Index] } }, packsRuntime: true);
        // One is held by the hub, one is the project's own, one only the upstream has. One is built for the release's platform.
        await hub.HoldAsync(s_tea);
        var pot = WheelBuilder.Simple("tea-pot", "3.0", "Tea_Leaves~=1.0").Tag("cp314-cp314-pyemscripten_2026_0_wasm32");
        var author = await hub.UserAsync("author", isAdministrator: true);
        var made = await (await author.ImportAsync(Zip.Of(
            [
                ("index.html", Encoding.UTF8.GetBytes(Page("2026.7.3", $"<script type=\"py\" src=\"main.py\" config='{{\"packages\": [\"tea-pot>=3\"]}}' {(inWorker ? "worker" : "")}></script>"))),
                ("main.py", Encoding.UTF8.GetBytes(Python)), ("lib/" + pot.FileName, pot.Build()),
            ]), "?name=Tea")).JsonAsync(System.Net.HttpStatusCode.Created);
        var project = await author.PublishAsync(made.Text("id"));
        await upstream.DisposeAsync();

        var locked = (await (await author.GetAsync($"/api/v1/projects/{made.Text("id")}/locks")).JsonAsync()).GetProperty("pages")[0];
        locked.GetProperty("problems").GetArrayLength().ShouldBe(0);
        locked.GetProperty("packages").EnumerateArray().Select(package => (package.Text("name"), package.Text("from")))
            .ShouldBe([("water", "upstream"), ("tea-leaves", "hub"), ("tea-pot", "project")]);
        foreach (var package in locked.GetProperty("packages").EnumerateArray()) hashes[package.Text("fileName")] = package.Text("sha256");

        using var playwright = await Microsoft.Playwright.Playwright.CreateAsync();
        await using var visit = await PublishedPageTests.Visit.BeginAsync(playwright, hub.Options.PublicUrl.Port);
        await visit.Page.GotoAsync(project.Text("contentUrl"));
        await visit.Page.WaitForFunctionAsync("document.querySelector('output').textContent", null, new() { Timeout = 60_000 });
        (await visit.Page.InnerTextAsync("output")).ShouldBe($"3.0 1.0 2.1 micropip:False worker:{inWorker}");
        visit.Outside.ShouldBeEmpty();
        visit.Errors.ShouldBeEmpty();
        // What the page loads is what the lock says, byte for byte: the interpreter checks each against the lock, and so does this.
        foreach (var (file, address) in await LockedFilesAsync(hub, project.Text("contentUrl")))
            BlobHash.Of(await hub.Client.GetByteArrayAsync(address)).ToString().ShouldBe(hashes[file]);
    }

    private static async Task<IReadOnlyList<(string File, string Address)>> LockedFilesAsync(HubServer hub, string contentUrl)
    {
        var page = await hub.Client.GetStringAsync(contentUrl);
        var at = page.IndexOf("/locked/", StringComparison.Ordinal);
        var id = page.Substring(at + "/locked/".Length, 64);
        var module = await hub.Client.GetStringAsync($"http://runtime.localhost:{hub.Options.PublicUrl.Port}/locked/{id}/pyodide/314.0.2/pyodide.mjs");
        return [.. module.Split("\"file_name\":\"").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]).Select(address => (address.Split('/')[^1], address))];
    }

    private async Task<JsonElement> PublishAsync(string release, string script, params (string Path, string Text)[] files)
    {
        (string Path, string Text)[] texts = [("index.html", Page(release, script)), ("main.py", Python), .. files];
        var zip = Zip.Of([.. texts.Select(file => (file.Path, Encoding.UTF8.GetBytes(file.Text))), .. new[] { s_water, s_tea, s_pot }.Select(wheel => (wheel.FileName, wheel.Build()))]);
        var made = await (await stage.Author.ImportAsync(zip, "?name=Tea")).JsonAsync(System.Net.HttpStatusCode.Created);
        return await stage.Author.PublishAsync(made.Text("id"));
    }

    private static string Page(string release, string script) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Tea</title><script type="module" src="https://pyscript.net/releases/{release}/core.js"></script></head>
        <body><output></output>{script}</body>
        </html>
        """;
}
