using System.Text;
using System.Text.Json;
using PyScriptHub.Testing;
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

    public static TheoryData<string, bool> Releases() => new()
    {
        { "2026.7.3", false }, { "2026.7.3", true }, { "2026.3.1", false }, { "2026.3.1", true }, { "2025.11.1", false }, { "2024.1.1", false }, { "2024.1.1", true },
    };

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

    private async Task<JsonElement> PublishAsync(string release, string script, params (string Path, string Text)[] files)
    {
        var page = $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Tea</title><script type="module" src="https://pyscript.net/releases/{release}/core.js"></script></head>
            <body><output></output>{script}</body>
            </html>
            """;
        (string Path, string Text)[] texts = [("index.html", page), ("main.py", Python), .. files];
        var zip = Zip.Of([.. texts.Select(file => (file.Path, Encoding.UTF8.GetBytes(file.Text))), .. new[] { s_water, s_tea, s_pot }.Select(wheel => (wheel.FileName, wheel.Build()))]);
        var made = await (await stage.Author.ImportAsync(zip, "?name=Tea")).JsonAsync(System.Net.HttpStatusCode.Created);
        return await stage.Author.PublishAsync(made.Text("id"));
    }
}
