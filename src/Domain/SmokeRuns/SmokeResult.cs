namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>The Python error that a run ended with.</summary>
/// <param name="Type">Its class, for example <c>ModuleNotFoundError</c>.</param>
/// <param name="Message">What it says, one line; where the other interpreter lacks something, a sentence that names it.</param>
/// <param name="Traceback">As Python printed it; null where it printed none.</param>
/// <param name="File">The file of the project that it came from; null where none is named.</param>
/// <param name="Line">The line of <paramref name="File"/>, from 1.</param>
public sealed record SmokeError(string Type, string Message, string? Traceback, string? File, int? Line);

/// <summary>A line of the browser's console.</summary>
/// <param name="Level"><c>log</c>, <c>info</c>, <c>warn</c> or <c>error</c>.</param>
public sealed record ConsoleLine(string Level, string Text);

/// <summary>A request that failed, or that wanted a host other than the hub's.</summary>
/// <param name="Url">What was asked for.</param>
/// <param name="Reason">A word or a status: <c>outside</c> for a host that the jail does not let through.</param>
public sealed record ProblemRequest(string Url, string Reason);

/// <summary>What is kept of a run besides its outcome. The lists are bounded by the runner.</summary>
/// <param name="Console">At most 256 KB.</param>
/// <param name="Requests">Requests that failed or were refused.</param>
/// <param name="Modules">Top-level modules that the page's Python imported, sorted; not those that were there before its first line.</param>
/// <param name="Packages">Packages that its configs ask for, sorted.</param>
public sealed record SmokeEvidence(
    IReadOnlyList<ConsoleLine> Console, IReadOnlyList<ProblemRequest> Requests, IReadOnlyList<string> Modules, IReadOnlyList<string> Packages)
{
    public static SmokeEvidence None { get; } = new([], [], [], []);
}

/// <summary>What one opening of a page showed.</summary>
/// <param name="StillRunning">Passed, and a script goes on by design.</param>
/// <param name="Awaited">What did not come, for a run that timed out.</param>
/// <param name="ReadyMs">Milliseconds from the navigation to the first interpreter that was ready.</param>
/// <param name="DoneMs">Milliseconds from the navigation to the end of the last script.</param>
/// <param name="PeakMemory">The most that the browser's processes used during the run, in bytes.</param>
public sealed record SmokeResult(
    SmokeOutcome Outcome, bool StillRunning, string? Awaited, int? ReadyMs, int? DoneMs, long? PeakMemory, SmokeError? Error, SmokeEvidence Evidence)
{
    /// <summary>A result that has nothing but an outcome.</summary>
    public static SmokeResult Of(SmokeOutcome outcome, SmokeError? error = null) => new(outcome, StillRunning: false, null, null, null, null, error, SmokeEvidence.None);
}
