using System.Globalization;

namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>What an observation of a page means.</summary>
public static class Verdict
{
    /// <summary>The result of a run.</summary>
    public static SmokeResult Of(PageObservation page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var scripts = page.Scripts.Where(script => IsFor(script, page.Interpreter)).ToList();
        // Whoever says "done" without an interpreter has run nothing.
        var pending = scripts.Where(script => script.DoneMs is null || !page.Loaded.Contains(script.Interpreter)).ToList();
        var (outcome, awaited, error, isStillRunning, decisive) = Judge(page, scripts, pending);
        (outcome, error) = Refused(page, outcome, awaited, error, decisive?.AtMs);
        var ready = scripts.Where(script => page.Loaded.Contains(script.Interpreter)).Min(script => script.ReadyMs);
        return new SmokeResult(
            outcome, isStillRunning, outcome is SmokeOutcome.TimedOut ? awaited : null, ready,
            scripts.Count > 0 && pending.Count == 0 ? scripts.Max(script => script.DoneMs) : null,
            page.PeakMemory, error,
            new SmokeEvidence(
                page.Console, [.. page.Requests.Select(request => new ProblemRequest(request.Url, request.Reason))],
                page.Modules, page.Packages));
    }

    // Bare PolyScript runs in what it names; a game in Pyodide.
    private static bool IsFor(SeenScript script, Interpreter asked) =>
        script is { IsBare: false, Kind: not ScriptKind.Game } || script.Interpreter == asked;

    // With the error that decided, where one did.
    private static (SmokeOutcome Outcome, string? Awaited, SmokeError? Error, bool IsStillRunning, SeenError? Decisive) Judge(
        PageObservation page, List<SeenScript> scripts, List<SeenScript> pending)
    {
        switch (page.End)
        {
            case PageEnd.Crashed:
                return Failed(new("PageCrashed", "The page's process broke down, most often because it used up its memory.", null, null, null));
            case PageEnd.Closed:
                return Failed(new("PageClosed", "The page closed itself.", null, null, null));
            case PageEnd.Left:
                return Failed(new("PageLeft", $"The page went away, to {page.EndDetail}.", null, null, null));
            case PageEnd.Flooded:
                return Failed(new("PageFlooded", "The page printed, asked for or made more than a run looks at, and was ended.", null, null, null));
        }

        // A page that is in nobody's way to start has no errors.
        var isApplicable = scripts.Count > 0 || page.HasOtherPython || page.HasUntoldScripts;
        if (page.End is PageEnd.Settled or PageEnd.Stalled && !isApplicable) return (SmokeOutcome.NotApplicable, null, null, false, null);
        if (Decisive(page) is { } first)
            return Failed(SeenErrors.Describe(first, page), first);
        if (page.End is PageEnd.Reloading)
            return (SmokeOutcome.TimedOut, $"the page to stay: it was loaded {page.EndDetail} times", null, false, null);

        var areRunning = pending.TrueForAll(script => script.ReadyMs is not null && page.Loaded.Contains(script.Interpreter));
        if (page.HasUntoldScripts) return (SmokeOutcome.TimedOut, "the page's scripts to tell that they start", null, false, null);
        if (page.End is PageEnd.Settled && areRunning) return (SmokeOutcome.Passed, null, null, pending.Count > 0, null);
        // Something was still being fetched when the time was over, by scripts that run well.
        if (page.End is PageEnd.OutOfTime && isApplicable && areRunning && page.Answers) return (SmokeOutcome.Passed, null, null, pending.Count > 0, null);
        return (SmokeOutcome.TimedOut, Awaited(page, pending), null, false, null);

        static (SmokeOutcome, string?, SmokeError?, bool, SeenError?) Failed(SmokeError error, SeenError? decisive = null) => (SmokeOutcome.Failed, null, error, false, decisive);
    }

    // Of several errors Python's says most; of those the first.
    private static SeenError? Decisive(PageObservation page) => page.Errors.OrderBy(error => error.Place).ThenBy(error => error.AtMs).FirstOrDefault();

    // Of several requests the one that most likely explains it: what a page only shows, a font or a picture, makes few scripts fail.
    private static (SmokeOutcome, SmokeError?) Refused(PageObservation page, SmokeOutcome outcome, string? awaited, SmokeError? error, int? errorAtMs)
    {
        if (outcome is not (SmokeOutcome.Failed or SmokeOutcome.TimedOut)) return (outcome, error);
        if (page.Requests.Where(request => request.IsRefused && (errorAtMs is null || request.AtMs <= errorAtMs)).OrderByDescending(request => request.IsNeeded).FirstOrDefault() is not { } refused)
            return (outcome, error);
        var asked = $"The page asked {Host(refused.Url)} for {refused.Purpose}, and no other host can be reached from here";
        var then = error is not null ? $"{error.Type}: {error.Message}" : $"it waited for {awaited}";
        return (SmokeOutcome.Refused, (error ?? new SmokeError("Refused", "", null, null, null)) with { Message = $"{asked}. Then: {then}" });
    }

    private static string Host(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Authority : url;

    private static string Awaited(PageObservation page, List<SeenScript> pending)
    {
        var first = pending.Find(script => script.ReadyMs is null) ?? pending.FirstOrDefault();
        if (!page.Answers)
        {
            var blocking = pending.Find(script => script is { ReadyMs: not null, Kind: ScriptKind.Main or ScriptKind.Game });
            return blocking is null ? "the page to answer" : $"the page to answer: {Name(blocking)} keeps it busy";
        }
        if (first is null) return "the page to be loaded";
        if (first.ReadyMs is not null && page.Loaded.Contains(first.Interpreter)) return $"{Name(first)} to end";
        if (!page.IsCoreLoaded) return first.IsBare ? "PolyScript to be loaded" : "PyScript to be loaded";
        if (!page.Loaded.Contains(first.Interpreter)) return $"{Interpreters.NameOf(first.Interpreter)} to be loaded";
        return first.Kind is ScriptKind.Editor ? $"{Name(first)} to be run" : $"{Name(first)} to start";
    }

    private static string Name(SeenScript script)
    {
        var what = script.Kind is ScriptKind.Editor ? "editor" : "script";
        if (script.File is null) return $"the {what}";
        var isInline = script.File.EndsWith(".html", StringComparison.OrdinalIgnoreCase) || script.File.EndsWith(".htm", StringComparison.OrdinalIgnoreCase);
        if (!isInline) return script.File;
        return script.FirstLine is { } line ? string.Create(CultureInfo.InvariantCulture, $"the {what} in {script.File}, line {line},") : $"the {what} in {script.File}";
    }
}
