using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>Tests of a package, newest first.</summary>
sealed record ListPackageTests(string Name, PageRequest Page) : IRequest<Result<Page<PackageTestSummary>>>;

sealed class ListPackageTestsHandler(HubDb db) : IRequestHandler<ListPackageTests, Result<Page<PackageTestSummary>>>
{
    public async Task<Result<Page<PackageTestSummary>>> Handle(ListPackageTests command, CancellationToken ct)
    {
        var name = PackageName.NormalForm(command.Name);
        if (!await db.Packages.AnyAsync(package => package.Name == name, ct)) return new Error.NotFound("package");
        var tests = db.PackageTests.AsNoTracking().Where(test => test.Package == name);
        if (command.Page.After is { } after)
            tests = tests.Where(test => EF.Functions.LessThan(ValueTuple.Create(test.CreatedAt, test.Id), ValueTuple.Create(after.At, after.Id)));
        var rows = await tests.OrderByDescending(test => test.CreatedAt).ThenByDescending(test => test.Id).Take(command.Page.Limit + 1).ToListAsync(ct);
        return command.Page.Answer(rows, test => (test.CreatedAt, test.Id), PackageTestSummary.Of);
    }
}
