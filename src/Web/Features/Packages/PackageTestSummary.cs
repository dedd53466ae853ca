using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>A test of a package as the API answers it; what one came to is evidence of the package.</summary>
/// <param name="Id">Opaque.</param>
/// <param name="Package">The normal form of the name.</param>
/// <param name="Problem">Why it ended without evidence; null where it ended with some, and until it is done.</param>
public sealed record PackageTestSummary(
    string Id, string Package, Interpreter Interpreter, string RuntimeRelease, SmokeRunState State, string? Problem, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    internal static PackageTestSummary Of(PackageTest test) =>
        new(test.Id.ToString("N"), test.Package, test.Interpreter, test.Release, test.State, test.Problem, test.CreatedAt, test.FinishedAt);
}
