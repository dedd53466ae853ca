using System.Globalization;
using System.Text.RegularExpressions;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Features.SmokeRuns;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>Why a page does not start though its code may be right.</summary>
enum Lack
{
    /// <summary>Nothing that is known.</summary>
    Nothing,

    /// <summary>A package that its config asks for.</summary>
    Package,

    /// <summary>A module that this interpreter does not have.</summary>
    Module,
}

/// <summary>One smoke run with all that is kept of it.</summary>
sealed partial class RunModel(IMediator hub) : HubPage
{
    // What Pyodide puts before the path of a file that a config brought along.
    private const string PyodideHome = "/home/pyodide/";

    public FoundProject Found { get; private set; } = null!;

    public SmokeStanding Smoke { get; private set; } = null!;

    public ShownSmokeRun Shown { get; private set; } = null!;

    public ProjectSummary Project => Found.Project;

    public SmokeRunSummary Run => Shown.Run;

    /// <summary>Whether the editor shows other files than those that were run.</summary>
    public bool HasNewerDraft => Shown.HeadNumber is { } head && head != Run.Revision;

    public string Path => $"/@{Project.Owner}/{Project.Slug}";

    /// <summary>The traceback in pieces; those that name a line of the project lead there.</summary>
    public IEnumerable<(string Text, string? Address)> Traceback
    {
        get
        {
            var (text, at) = (Run.Error?.Traceback ?? "", 0);
            for (var frame = Frame().Match(text); frame.Success; frame = frame.NextMatch())
            {
                if (AddressOf(frame) is not { } address) continue;
                yield return (text[at..frame.Index], null);
                yield return (frame.Value, address);
                at = frame.Index + frame.Length;
            }
            yield return (text[at..], null);
        }
    }

    /// <summary>The place in the editor of a line of the project.</summary>
    public string EditorAt(string file, int? line) =>
        $"{Path}/edit?file={Uri.EscapeDataString(file)}" + (line is { } number ? FormattableString.Invariant($"&line={number}") : "") + $"&interpreter={Interpreters.WordOf(Run.Interpreter)}";

    /// <summary>What the page would need to start that is not there, where that is why it does not.</summary>
    public Lack Lacks => Run.Error switch
    {
        { Type: "ModuleNotFoundError" or "ImportError", Message: var why } when why.Contains("could not be loaded", StringComparison.Ordinal) => Lack.Package,
        { Type: "ModuleNotFoundError" or "ImportError", Message: var why } when why.EndsWith(" does not have", StringComparison.Ordinal) => Lack.Module,
        _ => Lack.Nothing,
    };

    public async Task<IActionResult> OnGetAsync(string user, string slug, string run, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        Found = found.Value;
        var shown = await hub.Send(new ShowSmokeRun(Found.Id, SmokeRunEndpoints.IdOf(run)), ct);
        if (!shown.IsOk) return Fail(shown.Error);
        if (Project.Slug != slug || Project.Owner != user) return Redirect($"{Path}/runs/{run}");
        var smoke = await hub.Send(new GetSmokeStanding(Found.Id), ct);
        if (!smoke.IsOk) return Fail(smoke.Error);
        (Shown, Smoke) = (shown.Value, smoke.Value);
        return Page();
    }

    private string? AddressOf(Match frame)
    {
        var (file, line) = (frame.Groups["file"].Value, int.Parse(frame.Groups["line"].ValueSpan, CultureInfo.InvariantCulture));
        if (file.StartsWith(PyodideHome, StringComparison.Ordinal)) file = file[PyodideHome.Length..];
        return Shown.Files.Contains(file) ? EditorAt(file, line) : null;
    }

    [GeneratedRegex("File \"(?<file>[^\"\\n]{1,500})\", line (?<line>[0-9]{1,7})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Frame();
}
