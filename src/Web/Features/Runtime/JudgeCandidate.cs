using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Runtime;

static class Refusals
{
    /// <summary>What everybody but administrators is answered.</summary>
    public static Error NoAdministrator { get; } = new Error.Forbidden("This is for the administrators of the hub.");
}

/// <summary>Makes a release the candidate: the publications that it would change are run on it.</summary>
sealed record MarkCandidate(string Release) : IRequest<Result<Done>>;

sealed class MarkCandidateHandler(Candidates candidates, RuntimeCatalog runtime, DefaultRelease defaults, CurrentUser caller) : IRequestHandler<MarkCandidate, Result<Done>>
{
    public async Task<Result<Done>> Handle(MarkCandidate command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Refusals.NoAdministrator;
        if (runtime.Releases.All(held => held.Name != command.Release)) return new Error.NotFound("release");
        return await candidates.StartAsync(command.Release, (await defaults.GetAsync(ct)).Name, ct) is { } error ? error : default(Done);
    }
}

/// <summary>Takes the candidate back.</summary>
sealed record WithdrawCandidate(string Release) : IRequest<Result<Done>>;

sealed class WithdrawCandidateHandler(Candidates candidates, CurrentUser caller) : IRequestHandler<WithdrawCandidate, Result<Done>>
{
    public async Task<Result<Done>> Handle(WithdrawCandidate command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Refusals.NoAdministrator;
        return await candidates.WithdrawAsync(command.Release, ct) is { } error ? error : default(Done);
    }
}

/// <summary>What the switch does besides.</summary>
/// <param name="Keep">Ids of projects that are pinned to the release that they have now; those that would break, as a rule.</param>
public sealed record MakeDefaultRequest(IReadOnlyList<string>? Keep = null);

/// <summary>Makes the candidate the default.</summary>
sealed record MakeDefault(string Release, MakeDefaultRequest Request) : IRequest<Result<Done>>;

sealed class MakeDefaultHandler(Candidates candidates, CanaryReports reports, DefaultRelease defaults, CurrentUser caller) : IRequestHandler<MakeDefault, Result<Done>>
{
    public async Task<Result<Done>> Handle(MakeDefault command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Refusals.NoAdministrator;
        List<ProjectId> keep = [];
        foreach (var text in command.Request.Keep ?? [])
        {
            if (!ProjectId.TryParse(text, null, out var id)) return Error.Field("keep", $"'{text}' is no project's id.");
            keep.Add(id);
        }
        if (keep.Count > 0 && await reports.ReadAsync(ct) is { } report)
        {
            var changing = report.Projects.Select(project => project.Id).ToHashSet();
            if (keep.Exists(id => !changing.Contains(id))) return Error.Field("keep", "One of the projects is not changed by this candidate.");
        }
        if (await candidates.SwitchAsync(command.Release, keep, ct) is { } error) return error;
        defaults.Forget();
        return default(Done);
    }
}

/// <summary>A candidate and the projects that it changes, as the API answers it.</summary>
/// <param name="Replaces">The default whose place it takes.</param>
/// <param name="Publications">How many publications there are.</param>
/// <param name="Looked">How many of them were looked at: the others may add to the counts.</param>
/// <param name="Waiting">Projects that were not run yet in both interpreters and releases.</param>
/// <param name="Breaks">Projects that start now and would not.</param>
/// <param name="Mends">Projects that do not start now and would.</param>
/// <param name="Stays">Projects whose verdict is the same.</param>
/// <param name="Items">The projects with the change that was asked for, newest first.</param>
public sealed record CanarySummary(
    string Release, string Replaces, CanaryState State, DateTimeOffset StartedAt, int Publications, int Looked, int Waiting, int Breaks, int Mends, int Stays,
    IReadOnlyList<CanaryProjectSummary> Items, string? NextCursor);

/// <summary>A project that a candidate changes.</summary>
/// <param name="Name">Null for a private one.</param>
/// <param name="Url">Its page; null for a private one.</param>
/// <param name="Now">The release of its start page now.</param>
/// <param name="Then">The release of its start page after the switch.</param>
public sealed record CanaryProjectSummary(string Id, string? Name, string Owner, string? Url, CanaryChange Change, string Now, string Then, CanaryVerdicts Pyodide, CanaryVerdicts Micropython);

/// <summary>The verdict in one interpreter, in the two releases.</summary>
/// <param name="NowRun">The id of the run that it rests on.</param>
/// <param name="ThenRun">The id of the run that it rests on.</param>
public sealed record CanaryVerdicts(SmokeOutcome? Now, SmokeOutcome? Then, string? NowRun, string? ThenRun);

/// <summary>What a candidate would change; of the projects, those with one kind of change.</summary>
sealed record GetCanary(string Release, CanaryChange Change, PageRequest Page) : IRequest<Result<CanarySummary>>;

sealed class GetCanaryHandler(CanaryReports reports, Origins origins, CurrentUser caller) : IRequestHandler<GetCanary, Result<CanarySummary>>
{
    public async Task<Result<CanarySummary>> Handle(GetCanary command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return Refusals.NoAdministrator;
        if (await reports.ReadAsync(ct) is not { } report || report.Canary.Release != command.Release) return new Error.NotFound("candidate");
        var rows = report.Of(command.Change)
            .Where(project => command.Page.After is not { } after || (project.CreatedAt, project.Id.Value).CompareTo((after.At, after.Id)) < 0)
            .OrderByDescending(project => (project.CreatedAt, project.Id.Value)).Take(command.Page.Limit + 1).ToList();
        var page = command.Page.Answer(rows, project => (project.CreatedAt, project.Id.Value), Summarize);
        return new CanarySummary(
            report.Canary.Release, report.Canary.Replaced, report.Canary.State, report.Canary.StartedAt, report.Publications, report.Looked,
            report.Of(CanaryChange.Waiting).Count(), report.Of(CanaryChange.Breaks).Count(), report.Of(CanaryChange.Mends).Count(), report.Of(CanaryChange.Stays).Count(),
            page.Items, page.NextCursor);
    }

    private CanaryProjectSummary Summarize(CanaryProject project) => new(
        project.Id.ToString(), project.Name, project.Owner, project.Name is null ? null : origins.Hub + project.Path, project.Change, project.Now, project.Then,
        Verdicts(project.Pyodide), Verdicts(project.Micropython));

    private static CanaryVerdicts Verdicts(CanaryEvidence evidence) =>
        new(evidence.Now, evidence.Then, evidence.NowRun?.ToString("N"), evidence.ThenRun?.ToString("N"));
}

/// <summary>The candidate with everything that it changes; null where there is none.</summary>
sealed record ReadCanary : IRequest<Result<CanaryReading>>;

/// <param name="Report">Null where there is no candidate.</param>
sealed record CanaryReading(CanaryReport? Report);

sealed class ReadCanaryHandler(CanaryReports reports, CurrentUser caller) : IRequestHandler<ReadCanary, Result<CanaryReading>>
{
    public async Task<Result<CanaryReading>> Handle(ReadCanary command, CancellationToken ct) =>
        caller.IsAdministrator ? new CanaryReading(await reports.ReadAsync(ct)) : Refusals.NoAdministrator;
}
