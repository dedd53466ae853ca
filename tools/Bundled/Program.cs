using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using PyScriptHub.Bundled;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Figures;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Runtime.Assets.Packing;

var (path, checks) = args switch
{
    [var file] => (file, false),
    ["--check", var file] => (file, true),
    _ => (null, false),
};
if (path is null)
{
    await Console.Error.WriteLineAsync("Usage: bundled [--check] <bundled.json>");
    return 2;
}

// The hub is asked for pages alone: nothing of it is to run them in a browser of its own.
Environment.SetEnvironmentVariable("Hub__Roles", "web");
await using var hub = await RunningHub.StartAsync();
using var playwright = await Playwright.CreateAsync();
var releases = await hub.Administrator.GetFromJsonAsync<JsonElement>("api/v1/runtime/releases");
List<BundledRun> runs = [];
foreach (var release in releases.EnumerateArray())
{
    var name = release.GetProperty("name").GetString()!;
    var content = await PublishAsync(name);
    IReadOnlyList<string> standardLibrary = [];
    foreach (var interpreter in new[] { Interpreter.Pyodide, Interpreter.Micropython })
    {
        var version = release.GetProperty(Interpreters.WordOf(interpreter)).GetString()!;
        var locked = interpreter is Interpreter.Pyodide ? await LockedAsync(version) : [];
        await using var trial = new ModuleTrial(playwright, new Uri(content, Pages.PathOf(interpreter)), interpreter, locked);
        var listed = await trial.ListAsync();
        var modules = interpreter is Interpreter.Pyodide ? standardLibrary = listed : [.. listed, .. standardLibrary, .. MicropythonNames.Known];
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        foreach (var module in modules.Distinct(StringComparer.Ordinal)) found[module] = (await trial.TryAsync(module)).ToString();
        if (interpreter is Interpreter.Micropython) found["ulab"] = (await UlabAsync(content)).ToString();
        runs.Add(new BundledRun(name, interpreter, version, await trial.DescribeAsync(), found));
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name} {Interpreters.NameOf(interpreter)} {version}: {found.Count} modules"));
    }
}

var made = new BundledFile(DateOnly.FromDateTime(DateTime.UtcNow), await BrowserAsync(), runs);
var differences = BundledFile.Shipped().DifferencesTo(made).ToList();
foreach (var difference in differences) Console.WriteLine(difference);
if (checks) return differences.Count > 0 ? 1 : 0;
await File.WriteAllTextAsync(path, made.ToJson());
return 0;

// The address of the project, as visitors open it.
async Task<Uri> PublishAsync(string release)
{
    using var zip = new ByteArrayContent(Pages.Zip(release));
    zip.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
    var imported = await ReadAsync(await hub.Administrator.PostAsync(new Uri($"api/v1/projects/import?name=Modules+of+{release}", UriKind.Relative), zip));
    var published = await ReadAsync(await hub.Administrator.PostAsync(new Uri($"api/v1/projects/{imported.GetProperty("id").GetString()}/publish", UriKind.Relative), null));
    return new Uri(published.GetProperty("contentUrl").GetString()!);
}

// It comes with a build of its own, which a core either knows or looks for in vain.
async Task<BundledFinding> UlabAsync(Uri content)
{
    await using var trial = new ModuleTrial(playwright, new Uri(content, Pages.Ulab), Interpreter.Micropython, new Dictionary<string, string>(StringComparer.Ordinal));
    try
    {
        var finding = await trial.TryAsync("ulab");
        return finding == BundledFinding.Used ? finding with { Detail = "imported and used, with packages = [\"ulab\"] in the page's config" } : finding;
    }
    catch (TimeoutException)
    {
        return BundledFinding.NotPartOf(Interpreters.NameOf(Interpreter.Micropython));
    }
}

static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
{
    response.EnsureSuccessStatusCode();
    return await response.Content.ReadFromJsonAsync<JsonElement>();
}

// Parts of the standard library that Pyodide keeps out of its own files: each module with the package that brings it.
static async Task<Dictionary<string, string>> LockedAsync(string version)
{
    var package = RuntimeSources.Read(RuntimeSources.BundledFolder(), addedFolder: null).Find(NpmPackage.Pyodide, version)!;
    await using var stream = File.OpenRead(Path.Combine(package.Folder, "pyodide-lock.json"));
    using var json = await JsonDocument.ParseAsync(stream);
    return json.RootElement.GetProperty("packages").EnumerateObject()
        .SelectMany(entry => entry.Value.GetProperty("imports").EnumerateArray(), (entry, import) => (Import: import.GetString()!, entry.Name))
        .GroupBy(pair => pair.Import, StringComparer.Ordinal)
        .ToDictionary(pairs => pairs.Key, pairs => pairs.First().Name, StringComparer.Ordinal);
}

async Task<string> BrowserAsync()
{
    await using var browser = await InterpreterPage.LaunchAsync(playwright);
    return $"Chromium {browser.Version.Split('.')[0]}";
}
