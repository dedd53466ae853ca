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

    private readonly Dictionary<string, ContentSite> _sites = new(StringComparer.Ordinal);
    private readonly Dictionary<ProjectId, Manifest> _manifests = [];
    private readonly Dictionary<BlobHash, byte[]> _blobs = [];
    private readonly Dictionary<BlobHash, string> _pages = [];

    public TemplateSites(RuntimeCatalog runtime, TimeProvider time)
    {
        foreach (var template in ProjectTemplates.All)
        {
            var now = time.GetUtcNow();
            var project = Project.Create(Guid.Empty, template.Title, template.Id, Visibility.Public, now);
            var entries = template.Files.ToDictionary(file => FilePath.FromStored(file.Key), file => Keep(file.Value.ToArray()));
            var manifest = Manifest.FromStored(entries);
            var release = runtime.Default.Name;
            var publication = new Publication(
                Guid.CreateVersion7(now), project.Id, 1, manifest.StartPage!, release, "", ImmutableSortedDictionary<string, PageRelease>.Empty, now);
            _manifests[project.Id] = manifest;
            _sites[LabelOf(template.Id)] = new ContentSite(project, 1, publication, null);
            _pages[manifest.Find(manifest.StartPage!)!.Value.Hash] = template.Id;
        }
    }

    /// <summary>The content label of a template.</summary>
    public static string LabelOf(string template) => Prefix + template;

    /// <summary>The site of a label, or null.</summary>
    public ContentSite? Find(string label) => _sites.GetValueOrDefault(label);

    /// <summary>The files of a template's site, or null for any other project.</summary>
    public Manifest? ManifestOf(ProjectId project) => _manifests.GetValueOrDefault(project);

    /// <summary>The bytes of a template's file, or null.</summary>
    public byte[]? BlobOf(BlobHash hash) => _blobs.GetValueOrDefault(hash);

    /// <summary>The id of the template whose start page a project still has, or null.</summary>
    public string? TemplateOf(Manifest manifest) =>
        manifest.StartPage is { } start && manifest.Find(start) is { } page ? _pages.GetValueOrDefault(page.Hash) : null;

    private ManifestEntry Keep(byte[] content)
    {
        var hash = BlobHash.Of(content);
        _blobs[hash] = content;
        return new ManifestEntry(hash, content.LongLength);
    }
}
