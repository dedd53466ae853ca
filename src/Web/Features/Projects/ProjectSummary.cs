using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>A project as the API answers it.</summary>
/// <param name="Id">Opaque.</param>
/// <param name="Owner">The owner's <c>@name</c>.</param>
/// <param name="Url">Its page on the hub.</param>
/// <param name="EditUrl">Its editor.</param>
/// <param name="ContentUrl">The published page on its own origin; null until published and for a private project.</param>
/// <param name="ShortUrl">The address to dictate.</param>
/// <param name="Revision">The newest revision that the caller may see.</param>
/// <param name="RuntimeRelease">The release that it runs on: the pin, else what was resolved when it was published; null where neither is set.</param>
/// <param name="RuntimeReason">Why that one, in a sentence for people.</param>
/// <param name="RuntimePin">The release that the owner chose; null where pages decide.</param>
/// <param name="StartPage">The page that <c>/</c> leads to; null where there is no HTML.</param>
/// <param name="RemixOf">The id of the project that it was made from.</param>
/// <param name="Smoke">The last verdict in each interpreter; null until it was run.</param>
public sealed record ProjectSummary(
    string Id, string Name, string Slug, string Owner, Visibility Visibility, string Url, string EditUrl, string? ContentUrl, string ShortUrl,
    int Revision, int? PublishedRevision, string? RuntimeRelease, string? RuntimeReason, string? RuntimePin, string? StartPage, string? RemixOf,
    OnOff Isolation, Embedding Embedding, OnOff Offline, OnOff FastStart, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, SmokeVerdicts Smoke)
{
    internal static ProjectSummary Of(SeenProject seen, string? startPage, Origins origins)
    {
        var project = seen.Project;
        var page = $"{origins.Hub}/@{seen.OwnerName}/{project.Slug}";
        return new ProjectSummary(
            project.Id.ToString(), project.Name, project.Slug, seen.OwnerName, project.Visibility, page, page + "/edit",
            project.Publication is null || project.Visibility is Visibility.Private || project.TakenDownAt is not null ? null : origins.Content(project.Label).Of(""),
            $"{origins.Hub}/s/{project.ShortCode}", seen.RevisionNumber, project.Publication?.RevisionNumber,
            project.RuntimePin ?? project.Publication?.Release,
            project.RuntimePin is { } pin ? $"The project is pinned to {pin}." : project.Publication?.ReleaseReason, project.RuntimePin,
            startPage ?? project.Publication?.StartPage, project.RemixOfId?.ToString(),
            Word(project.Isolation), project.Embedding, Word(project.Offline), Word(project.FastStart), project.CreatedAt,
            seen.CanEdit ? project.UpdatedAt : project.Publication!.CreatedAt,
            seen.Smoke);
    }

    /// <summary>The entity tag of a project, without quotes: it changes with every save and every setting.</summary>
    internal static string TagOf(Project project) => $"{project.Version}-{project.HeadNumber}";

    /// <summary>As <see cref="TagOf(Project)"/> for who may change it; to others it does not tell of saves that they do not see.</summary>
    internal static string TagOf(SeenProject seen) => $"{seen.Project.Version}-{seen.RevisionNumber}";

    private static OnOff Word(bool on) => on ? OnOff.On : OnOff.Off;
}

/// <summary>A switch as the API writes it.</summary>
public enum OnOff
{
    On,
    Off,
}
