using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>Draws what the caller may know of a project's verdict.</summary>
/// <param name="Interpreter"><c>pyodide</c>, <c>micropython</c>, or null for both.</param>
sealed record DrawBadge(ProjectId Id, string? Interpreter) : IRequest<Result<Badge>>;

sealed class DrawBadgeHandler(HubDb db, CurrentUser user) : IRequestHandler<DrawBadge, Result<Badge>>
{
    public async Task<Result<Badge>> Handle(DrawBadge command, CancellationToken ct)
    {
        if (await db.SeenAsync(command.Id, user, ct) is not { } seen) return new Error.NotFound("project");
        var (pyodide, micropython) = (PartOf(Interpreter.Pyodide, seen.Smoke.Pyodide), PartOf(Interpreter.Micropython, seen.Smoke.Micropython));
        var isShared = seen.Project is { Publication: not null, TakenDownAt: null, Visibility: not Visibility.Private };
        return command.Interpreter switch
        {
            null or "" => new Badge([pyodide, micropython], isShared),
            "pyodide" => new Badge([pyodide], isShared),
            "micropython" => new Badge([micropython], isShared),
            _ => Error.Field("interpreter", "Send pyodide or micropython, or nothing for both."),
        };
    }

    private static BadgePart PartOf(Interpreter interpreter, SmokeOutcome? outcome) => new(Interpreters.NameOf(interpreter), WordOf(outcome), outcome switch
    {
        SmokeOutcome.Passed => BadgeTone.Good,
        SmokeOutcome.Failed or SmokeOutcome.TimedOut => BadgeTone.Bad,
        SmokeOutcome.Refused => BadgeTone.Warn,
        _ => BadgeTone.Soft,
    });

    private static string WordOf(SmokeOutcome? outcome) => outcome switch
    {
        SmokeOutcome.Passed => "passed",
        SmokeOutcome.Failed => "failed",
        SmokeOutcome.TimedOut => "timed out",
        SmokeOutcome.Refused => "needs another site",
        SmokeOutcome.Crashed => "could not be tested",
        SmokeOutcome.NotApplicable => "nothing to run",
        _ => "not run yet",
    };
}
