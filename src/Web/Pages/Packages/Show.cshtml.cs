using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Features.Packages;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Pages.Shared;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Pages.Packages;

/// <summary>What is known of one package.</summary>
sealed class ShowModel(IMediator hub, RuntimeCatalog runtime, Origins origins) : HubPage
{
    private const int Near = 8;

    /// <summary>The package; null where nothing is known of it.</summary>
    public PackageDetails? Package { get; private set; }

    /// <summary>The name as it was asked for.</summary>
    public string Asked { get; private set; } = "";

    /// <summary>Names like the one that nothing is known of.</summary>
    public IReadOnlyList<PackageSummary> Others { get; private set; } = [];

    public IEnumerable<RuntimeRelease> Releases => runtime.Releases;

    public string Address => $"{origins.Hub}/packages/{Package!.Name}";

    /// <summary>What a config says to have it; null for what comes with the interpreter.</summary>
    public string? Config => Package is { IsBundled: false } package ? $"packages = [\"{package.DisplayName}\"]" : null;

    /// <summary>The contradictions, one for each pair of facts.</summary>
    public IEnumerable<PackageStandingEntry> Contradictions => Package!.Statuses.Where(entry => entry.Against is not null).DistinctBy(entry => (entry.Deciding, entry.Against));

    public async Task<IActionResult> OnGetAsync(string name, CancellationToken ct)
    {
        Asked = name;
        var key = PackageName.NormalForm(name);
        if (key != name && PackageName.Parse(name).IsOk) return RedirectPermanent("/packages/" + Uri.EscapeDataString(key));
        await hub.Send(new JudgePackage(name), ct);
        var found = await hub.Send(new GetPackage(name), ct);
        if (found.IsOk)
        {
            Package = found.Value;
            return Page();
        }
        if (found.Error is not Error.NotFound) return Fail(found.Error);
        Others = (await hub.Send(new FindPackages(name, null, null, null, Near, null), ct)).Value?.Items ?? [];
        Response.StatusCode = StatusCodes.Status404NotFound;
        return Page();
    }

    public async Task<IActionResult> OnPostTryAsync(string name, CancellationToken ct)
    {
        var found = await hub.Send(new GetPackage(name), ct);
        if (!found.IsOk) return Fail(found.Error);
        var made = await hub.Send(new CreateProject(new CreateProjectRequest(found.Value.DisplayName, Files: TryOut(found.Value))), ct);
        return made.IsOk ? Redirect($"/@{made.Value.Project.Owner}/{made.Value.Project.Slug}/edit") : Fail(made.Error);
    }

    /// <summary>A size for people.</summary>
    public static string SizeOf(long bytes) => bytes < 1_000_000
        ? string.Create(CultureInfo.CurrentCulture, $"{bytes / 1_000.0:0.#} KB")
        : string.Create(CultureInfo.CurrentCulture, $"{bytes / 1_000_000.0:0.#} MB");

    // The smallest project that has the package and says so.
    private Dictionary<string, string> TryOut(PackageDetails package)
    {
        var module = package.Imports is [var first, ..] ? first : package.Name.Replace('-', '_');
        var core = $"https://pyscript.net/releases/{runtime.Default.Name}";
        var isForMicropython = package.StatusIn(Interpreter.Pyodide, runtime.Default.Name).Status is PackageStatus.Fails or PackageStatus.Unknown
            && package.StatusIn(Interpreter.Micropython, runtime.Default.Name).Status is PackageStatus.Works;
        var config = package.IsBundled ? "" : " config=\"pyscript.toml\"";
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["index.html"] = $"""
                <!doctype html>
                <html lang="en">
                <head>
                  <meta charset="utf-8">
                  <meta name="viewport" content="width=device-width">
                  <title>{package.DisplayName}</title>
                  <link rel="stylesheet" href="{core}/core.css">
                  <script type="module" src="{core}/core.js"></script>
                </head>
                <body>
                  <script type="{(isForMicropython ? "mpy" : "py")}" src="main.py"{config}></script>
                </body>
                </html>

                """,
            ["main.py"] = $"""
                from pyscript import display
                import {module}

                display("{module} is here:", getattr({module}, "__version__", "ready"))

                """,
        };
        if (!package.IsBundled) files["pyscript.toml"] = $"packages = [\"{package.DisplayName}\"]\n";
        return files;
    }
}
