using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Runtime;

/// <summary>A runtime release that this hub serves.</summary>
/// <param name="Name">The calendar tag.</param>
/// <param name="IsDefault">Whether pages that name no release get this one.</param>
/// <param name="IsCandidate">Whether an administrator thinks of making it the default.</param>
public sealed record HeldRelease(
    string Name, string Core, string Polyscript, string Pyodide, string Micropython, bool IsDefault, bool IsCandidate);

/// <summary>The releases that this hub serves, newest first.</summary>
sealed record ListReleases : IRequest<Result<HeldRelease[]>>;

sealed class ListReleasesHandler(HubDb db, RuntimeCatalog runtime, DefaultRelease defaults) : IRequestHandler<ListReleases, Result<HeldRelease[]>>
{
    public async Task<Result<HeldRelease[]>> Handle(ListReleases command, CancellationToken ct)
    {
        var standard = (await defaults.GetAsync(ct)).Name;
        var candidate = await CandidateAsync(ct);
        return (HeldRelease[])[.. runtime.Releases.Select(release => new HeldRelease(
            release.Name, release.Core, release.Polyscript, release.Pyodide, release.Micropython, release.Name == standard, release.Name == candidate))];
    }

    // What can be chosen is answered without the database too.
    private async Task<string?> CandidateAsync(CancellationToken ct)
    {
        try
        {
            return await db.Canaries.Where(canary => canary.State == CanaryState.Looking).Select(canary => canary.Release).SingleOrDefaultAsync(ct);
        }
        catch (Exception e) when (Problems.IsDatabaseAway(e))
        {
            return null;
        }
    }
}
