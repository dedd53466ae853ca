using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Makes a project out of a zip archive that the hub fetches itself.</summary>
/// <param name="Address">Where it lies on the web.</param>
/// <param name="Name">What people call it; the archive's own name where it is null.</param>
sealed record ImportFromAddress(string Address, string? Name) : IRequest<Result<TaggedProject>>;

sealed class ImportFromAddressHandler(
    ArchiveFetch fetch, IRequestHandler<ImportProject, Result<TaggedProject>> import, RateLimits rates, ProjectLimits limits, CurrentUser user)
    : IRequestHandler<ImportFromAddress, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(ImportFromAddress command, CancellationToken ct)
    {
        if (user.Id is not { } caller) return new Error.Unauthenticated();
        // Counted before anything is fetched: the hub is nobody's tool to knock at other hosts.
        if (await rates.TakeAsync($"fetch:{caller:N}", limits.ImportsPerHour, TimeSpan.FromHours(1), ct) is { } wait) return new Error.TooManyRequests(wait);
        var fetched = await fetch.FetchAsync(command.Address, ct);
        if (!fetched.IsOk) return fetched.Error;
        await using var archive = fetched.Value;
        return await import.Handle(new ImportProject(archive.Content, command.Name ?? ImportedNames.Of(archive.Name), null), ct);
    }
}

/// <summary>What a project is called that came without a name of its own.</summary>
static class ImportedNames
{
    /// <summary>The name of the file or folder, where people may see it.</summary>
    public static string Of(string file)
    {
        var name = file.Replace('_', ' ').Trim();
        return Project.RefuseName(name) is null ? name : "Imported project";
    }
}
