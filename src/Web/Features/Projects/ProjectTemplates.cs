using System.Collections.Immutable;
using System.Text.Json;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>What a new project can begin as.</summary>
/// <param name="Id">Its word in the API's <c>template</c> field.</param>
/// <param name="Title">A short name for people.</param>
/// <param name="Description">One sentence on what it shows; words between backticks are code.</param>
/// <param name="Order">Its place in lists.</param>
/// <param name="Files">Path → bytes of each file that the project gets.</param>
public sealed record ProjectTemplate(
    string Id, string Title, string Description, int Order, ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Files);

/// <summary>The templates that come with the hub: the folders of <c>src/Web/Templates</c>, carried in the assembly.</summary>
public static class ProjectTemplates
{
    private const string Folder = "Templates/";
    private const string About = "template.json";

    /// <summary>All templates in the order in which they are shown.</summary>
    public static ImmutableArray<ProjectTemplate> All { get; } = Read();

    /// <summary>The template of that id, or null.</summary>
    public static ProjectTemplate? Find(string id) => All.FirstOrDefault(template => template.Id == id);

    private static ImmutableArray<ProjectTemplate> Read() =>
        [.. typeof(ProjectTemplates).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .GroupBy(name => name[Folder.Length..].Split('/')[0], StringComparer.Ordinal)
            .Select(folder => ReadOne(folder.Key, folder))
            .OrderBy(template => template.Order)];

    private static ProjectTemplate ReadOne(string id, IEnumerable<string> resources)
    {
        var files = resources.ToImmutableSortedDictionary(
            name => name[(Folder.Length + id.Length + 1)..], name => ReadBytes(name), StringComparer.Ordinal);
        var about = JsonSerializer.Deserialize<Words>(files[About].Span, JsonSerializerOptions.Web)!;
        return new ProjectTemplate(id, about.Title, about.Description, about.Order, files.Remove(About));
    }

    private static ReadOnlyMemory<byte> ReadBytes(string resource)
    {
        using var stream = typeof(ProjectTemplates).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed record Words(string Title, string Description, int Order);
}
