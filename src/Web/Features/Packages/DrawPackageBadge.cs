using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>Draws the status of a package.</summary>
/// <param name="Interpreter"><c>pyodide</c>, <c>micropython</c>, or null for both.</param>
/// <param name="Release">A release of this hub; null for the default.</param>
sealed record DrawPackageBadge(string Name, string? Interpreter, string? Release) : IRequest<Result<Badge>>;

sealed class DrawPackageBadgeHandler(HubDb db, RuntimeCatalog runtime) : IRequestHandler<DrawPackageBadge, Result<Badge>>
{
    public async Task<Result<Badge>> Handle(DrawPackageBadge command, CancellationToken ct)
    {
        var interpreter = Interpreters.Find(command.Interpreter);
        if (interpreter is null && !string.IsNullOrEmpty(command.Interpreter)) return Error.Field("interpreter", "Send pyodide or micropython, or nothing for both.");
        var release = string.IsNullOrEmpty(command.Release) ? runtime.Default : runtime.Releases.FirstOrDefault(held => held.Name == command.Release);
        if (release is null) return Error.Field("release", $"This hub does not hold the release '{command.Release}'.");
        var key = PackageName.NormalForm(command.Name);
        if (key.Length > PackageName.MaximumLength || await db.ReadAsync([key], runtime, ct) is not [var package]) return new Error.NotFound("package");
        return new Badge([.. Interpreters.All.Where(one => interpreter is null || one == interpreter).Select(one => PartOf(one, package.StatusIn(one, release.Name)))], IsShared: true);
    }

    private static BadgePart PartOf(Interpreter interpreter, PackageStatus status) => status switch
    {
        PackageStatus.Works => new(Interpreters.NameOf(interpreter), "works", BadgeTone.Good),
        PackageStatus.Partly => new(Interpreters.NameOf(interpreter), "works partly", BadgeTone.Warn),
        PackageStatus.Fails => new(Interpreters.NameOf(interpreter), "does not work", BadgeTone.Bad),
        _ => new(Interpreters.NameOf(interpreter), "not known", BadgeTone.Soft),
    };
}
