using System.Collections.Concurrent;
using System.Collections.Immutable;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Features.Projects;

namespace PyScriptHub.Web.Serving;

/// <summary>
/// The templates as sites of their own, under the labels <c>template-&lt;id&gt;</c>: whoever thinks of one sees it run before a
/// project is made. Their files come out of the program and go the way of every project's.
/// </summary>
public sealed class TemplateSites
{
    private const string Prefix = "template-";

    private readonly RuntimeCatalog _runtime;
    private readonly Dictionary<string, (Project Project, string StartPage)> _projects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Label, string Release), ContentSite> _sites = new();
    private readonly Dictionary<ProjectId, Manifest> _manifests = [];
    private readonly Dictionary<BlobHash, byte[]> _blobs = [];
    private readonly Dictionary<BlobHash, string> _pages = [];

    public TemplateSites(RuntimeCatalog runtime, TimeProvider time)
    {
        _runtime = runtime;
        foreach (var template in ProjectTemplates.All)
        {
            var now = time.GetUtcNow();
            var project = Project.Create(Guid.Empty, template.Title, template.Id, Visibility.Public, now);
            var entries = template.Files.ToDictionary(file => FilePath.FromStored(file.Key), file => Keep(file.Value.ToArray()));
            var manifest = Manifest.FromStored(entries);
            _manifests[project.Id] = manifest;
            _projects[LabelOf(template.Id)] = (project, manifest.StartPage!);
            _pages[manifest.Find(manifest.StartPage!)!.Value.Hash] = template.Id;
        }
    }

    /// <summary>The content label of a template.</summary>
    public static string LabelOf(string template) => Prefix + template;

    /// <summary>The site of a label in the release that is the default now, or null.</summary>
    public ContentSite? Find(string label) =>
        _projects.TryGetValue(label, out var template) ? _sites.GetOrAdd((label, _runtime.Default.Name), static (key, of) => SiteOf(of.Project, of.StartPage, key.Release), template) : null;

    /// <summary>The files of a template's site, or null for any other project.</summary>
    public Manifest? ManifestOf(ProjectId project) => _manifests.GetValueOrDefault(project);

    /// <summary>The bytes of a template's file, or null.</summary>
    public byte[]? BlobOf(BlobHash hash) => _blobs.GetValueOrDefault(hash);

    /// <summary>The id of the template whose start page a project still has, or null.</summary>
    public string? TemplateOf(Manifest manifest) =>
        manifest.StartPage is { } start && manifest.Find(start) is { } page ? _pages.GetValueOrDefault(page.Hash) : null;

    private static ContentSite SiteOf(Project project, string startPage, string release)
    {
        var publication = new Publication(
            Guid.CreateVersion7(project.CreatedAt), project.Id, 1, startPage, release, "", ImmutableSortedDictionary<string, PageRelease>.Empty, project.CreatedAt);
        return new ContentSite(project, 1, publication, null);
    }

    private ManifestEntry Keep(byte[] content)
    {
        var hash = BlobHash.Of(content);
        _blobs[hash] = content;
        return new ManifestEntry(hash, content.LongLength);
    }
}
