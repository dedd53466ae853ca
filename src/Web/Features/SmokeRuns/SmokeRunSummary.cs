using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>A smoke run as the API answers it.</summary>
/// <param name="Id">Opaque.</param>
/// <param name="Project">The project's id.</param>
/// <param name="Page">The page that was opened, a path within the project.</param>
/// <param name="Outcome">What it came to; null until it is done.</param>
/// <param name="StillRunning">It passed, and a script goes on by design.</param>
/// <param name="Awaited">What did not come, where it timed out.</param>
/// <param name="ReadyMs">Milliseconds from the navigation to the first interpreter that was ready.</param>
/// <param name="DoneMs">Milliseconds from the navigation to the end of the last script.</param>
/// <param name="PeakMemory">The most that the browser used, in bytes.</param>
/// <param name="Console">What was printed, 256 KB at most; the last 100 lines, of 400 characters at most, in lists.</param>
/// <param name="Requests">Requests that failed, or that wanted a host other than the hub's; the first 20 in lists.</param>
/// <param name="Modules">Top-level modules that the page's Python imported.</param>
/// <param name="Packages">Packages that its configs ask for.</param>
/// <param name="HasScreenshot">Whether there is a picture at <c>…/screenshot</c>.</param>
public sealed record SmokeRunSummary(
    string Id, string Project, int Revision, string Page, Interpreter Interpreter, string RuntimeRelease, SmokeRunState State, SmokeOutcome? Outcome,
    bool StillRunning, string? Awaited, int? ReadyMs, int? DoneMs, long? PeakMemory, SmokeError? Error, IReadOnlyList<ConsoleLine> Console,
    IReadOnlyList<ProblemRequest> Requests, IReadOnlyList<string> Modules, IReadOnlyList<string> Packages, bool HasScreenshot,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt)
{
    // A list of a hundred runs that each printed 256 KB is not what anybody asks for.
    private const int LinesInLists = 100;
    private const int RequestsInLists = 20;
    private const int LettersInLists = 400;

    internal static SmokeRunSummary Of(SmokeRun run) => new(
        run.Id.ToString("N"), run.ProjectId.ToString(), run.RevisionNumber, run.Page, run.Interpreter, run.Release, run.State, run.Outcome,
        run.StillRunning, run.Awaited, run.ReadyMs, run.DoneMs, run.PeakMemory, run.Error, run.Evidence.Console,
        run.Evidence.Requests, run.Evidence.Modules, run.Evidence.Packages, run.HasScreenshot, run.CreatedAt, run.StartedAt, run.FinishedAt);

    internal static SmokeRunSummary InList(SmokeRun run)
    {
        var whole = Of(run);
        return whole with
        {
            Console = [.. whole.Console.TakeLast(LinesInLists).Select(line => line.Text.Length <= LettersInLists ? line : line with { Text = line.Text[..LettersInLists] + "…" })],
            Requests = [.. whole.Requests.Take(RequestsInLists)],
        };
    }
}
