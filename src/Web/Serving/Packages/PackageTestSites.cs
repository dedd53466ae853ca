using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>
/// Running tests of packages as sites of their own, under the label that a worker gave one. Their files are the hub's and go the way of
/// every project's, so that a package is tested with exactly what a page would load.
/// </summary>
public sealed class PackageTestSites(HubDb db, PackageTestPlans plans, RuntimeCatalog runtime, BlobCache blobs, PackageTestSiteCache cache, TimeProvider time)
{
    /// <summary>The letters of a label.</summary>
    public const int LabelLength = 26;

    /// <summary>The site of a label, or null.</summary>
    public async Task<ContentSite?> FindAsync(string label, CancellationToken ct)
    {
        if (label.Length != LabelLength) return null;
        var test = await db.PackageTests.AsNoTracking().SingleOrDefaultAsync(row => row.Label == label && row.State == SmokeRunState.Running, ct);
        if (test is null) return null;
        if (cache.Sites.TryGetValue(label, out ContentSite? known)) return known;
        if (runtime.FindRelease(test.Release) is not { } release) return null;
        var plan = await plans.MakeAsync(test.Package, test.Interpreter, release, ct);
        var said = plan.IsOk ? new PackageTestSaid(plan.Value.Version, plan.Value.Modules, null) : new PackageTestSaid(null, [], plan.Error.Message);
        var files = TestPages.Of(label, test.Interpreter, release.Name, plan.Value ?? new PackageTestPlan(null, null, []))
            .Append((PackageTestSaid.Path, JsonSerializer.Serialize(said, JsonSerializerOptions.Web)));
        var entries = new List<KeyValuePair<FilePath, ManifestEntry>>();
        foreach (var (path, text) in files)
        {
            var content = Encoding.UTF8.GetBytes(text);
            var hash = BlobHash.Of(content);
            await blobs.KeepAsync(hash, content, ct);
            entries.Add(new(FilePath.FromStored(path), new ManifestEntry(hash, content.LongLength)));
        }
        var project = Project.Create(Guid.Empty, "A test of a package", "test", Visibility.Private, time.GetUtcNow());
        var site = new ContentSite(project, 1, null, test.Release, ContentGrantKind.SmokeRun) { Files = Manifest.FromStored(entries) };
        return cache.Sites.Set(label, site, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = PackageTestSiteCache.Kept });
    }
}

/// <summary>What the hub itself says of a running test, to the worker that has it.</summary>
/// <param name="Problem">Why there is nothing to test; null where there is.</param>
public sealed record PackageTestSaid(string? Version, IReadOnlyList<string> Modules, string? Problem)
{
    /// <summary>Where it is in the test's site.</summary>
    public const string Path = "plan.json";
}

/// <summary>Sites of tests that run.</summary>
public sealed class PackageTestSiteCache : IDisposable
{
    // Longer than a test may take: its page must not change beneath it.
    internal static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    internal MemoryCache Sites { get; } = new(new MemoryCacheOptions { SizeLimit = 1_000 });

    public void Dispose() => Sites.Dispose();
}

/// <summary>The pages of a test: one that installs the package and imports its modules, one that shows whether the interpreter starts at all.</summary>
static class TestPages
{
    public const string Page = "index.html";
    public const string Control = "control.html";

    public static IEnumerable<(string Path, string Text)> Of(string marker, Interpreter interpreter, string release, PackageTestPlan plan)
    {
        var config = plan.Entry is null ? "" : JsonSerializer.Serialize(new Dictionary<string, string[]>(StringComparer.Ordinal) { ["packages"] = [plan.Entry] });
        yield return (Page, Html(interpreter, release, "main.py", config));
        yield return (Control, Html(interpreter, release, "control.py", ""));
        yield return ("main.py", Code.Replace("MARKER", Text(marker), StringComparison.Ordinal).Replace("MODULES", JsonSerializer.Serialize(plan.Modules), StringComparison.Ordinal));
        yield return ("control.py", $"print({Text(marker + "{}")})\n");
    }

    private static string Html(Interpreter interpreter, string release, string script, string config) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>A test of a package</title><script type="module" src="https://pyscript.net/releases/{release}/core.js"></script></head>
        <body><script type="{(interpreter is Interpreter.Micropython ? "mpy" : "py")}" src="{script}"{(config.Length == 0 ? "" : $" config=\"{WebUtility.HtmlEncode(config)}\"")}></script></body>
        </html>
        """;

    // JSON's texts are texts of Python.
    private static string Text(string text) => JsonSerializer.Serialize(text);

    // What a module raises is told whatever it is: one that calls sys.exit is not imported either.
    private const string Code = """
        import json

        def tell(**said):
            print(MARKER + json.dumps(said))

        tell()
        for name in MODULES:
            try:
                __import__(name)
            except BaseException as error:
                tell(module=name, error=type(error).__name__ + ": " + str(error))
            else:
                tell(module=name)
        """;
}
