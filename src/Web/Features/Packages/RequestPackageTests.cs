using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Serving.Packages;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>Where to test; what is not given is the interpreters for which there is something to test, and the default release.</summary>
public sealed record RequestPackageTestsRequest(IReadOnlyList<Interpreter>? Interpreters = null, IReadOnlyList<string>? RuntimeReleases = null);

sealed record RequestPackageTests(string Name, RequestPackageTestsRequest Request) : IRequest<Result<Page<PackageTestSummary>>>;

sealed class RequestPackageTestsHandler(
    HubDb db, PackageTestQueue queue, PackageTestPlans plans, RuntimeCatalog runtime, DefaultRelease defaults, RateLimits rates, ProjectLimits limits, CurrentUser user)
    : IRequestHandler<RequestPackageTests, Result<Page<PackageTestSummary>>>
{
    public async Task<Result<Page<PackageTestSummary>>> Handle(RequestPackageTests command, CancellationToken ct)
    {
        var name = PackageName.NormalForm(command.Name);
        if (!await db.Packages.AnyAsync(package => package.Name == name, ct)) return new Error.NotFound("package");
        var named = (command.Request.RuntimeReleases ?? []).Distinct(StringComparer.Ordinal).ToList();
        if (named.FindIndex(release => runtime.FindRelease(release) is null) is >= 0 and var unheld)
            return Error.Field("runtimeReleases", $"This hub does not hold '{named[unheld]}'. It holds: {string.Join(", ", runtime.Releases.Select(held => held.Name))}.");
        var releases = named.Count > 0 ? named.ConvertAll(release => runtime.FindRelease(release)!) : [await defaults.GetAsync(ct)];
        var interpreters = command.Request.Interpreters is { Count: > 0 } given ? given.Distinct().ToList() : Interpreters.All;
        // Before anything is looked for: resolving is work as well.
        if (!user.IsAdministrator && await rates.TakeAsync($"smoke:{user.Id:N}", interpreters.Count * releases.Count, limits.SmokeRunsPerHour, TimeSpan.FromHours(1), ct) is { } wait)
            return new Error.TooManyRequests(wait);

        var wanted = new List<WantedTest>();
        Error? first = null;
        foreach (var (interpreter, release) in interpreters.SelectMany(interpreter => releases.Select(release => (interpreter, release))))
        {
            var plan = await plans.MakeAsync(name, interpreter, release, ct);
            if (plan.IsOk) wanted.Add(new WantedTest(name, interpreter, release.Name));
            else if (command.Request.Interpreters is { Count: > 0 }) return plan.Error;
            else first ??= plan.Error;
        }
        if (wanted.Count == 0) return first!;
        var ids = await queue.AddAsync(wanted, user.Id, ct);
        var rows = await db.PackageTests.AsNoTracking().Where(test => ids.Contains(test.Id)).ToDictionaryAsync(test => test.Id, ct);
        return new Page<PackageTestSummary>([.. ids.Select(id => PackageTestSummary.Of(rows[id]))], null);
    }
}
