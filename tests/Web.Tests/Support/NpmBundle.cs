using System.Text.Json;
using System.Text.Json.Nodes;
using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>A changeable copy of the hub's npm packages: links to the real ones, with those replaced that a test alters.</summary>
public sealed class NpmBundle : IDisposable
{
    private readonly JsonObject _manifest;

    public NpmBundle()
    {
        var real = RuntimeSources.BundledFolder();
        _manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(real, "package.json")))!.AsObject();
        File.Copy(Path.Combine(real, "package-lock.json"), Path.Combine(Folder, "package-lock.json"));
        Directory.CreateDirectory(Path.Combine(Folder, "node_modules"));
        foreach (var (alias, _) in Dependencies)
            Directory.CreateSymbolicLink(PathOf(alias), Path.Combine(real, "node_modules", alias));
        Write();
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("pyscript-hub-npm-").FullName;

    private JsonObject Dependencies => _manifest["dependencies"]!.AsObject();

    /// <summary>Replaces the text of the one file of a package's <c>dist</c> with such a name.</summary>
    public NpmBundle Change(string alias, string pattern, Func<string, string> change)
    {
        var source = new DirectoryInfo(PathOf(alias)).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        Directory.Delete(PathOf(alias));
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(PathOf(alias), Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var changed = Directory.EnumerateFiles(Path.Combine(PathOf(alias), "dist"), pattern).Single();
        var before = File.ReadAllText(changed);
        var after = change(before);
        string.Equals(after, before, StringComparison.Ordinal).ShouldBeFalse("the change changed nothing");
        File.WriteAllText(changed, after);
        return this;
    }

    public NpmBundle Remove(string alias)
    {
        Dependencies.Remove(alias).ShouldBeTrue();
        Write();
        return this;
    }

    public NpmBundle Install(string alias, string target, string asIn)
    {
        Directory.CreateSymbolicLink(PathOf(alias), PathOf(asIn));
        Dependencies[alias] = target;
        Write();
        return this;
    }

    public RuntimeSources Read() => RuntimeSources.Read(Folder, null);

    public void Dispose()
    {
        // Links first: what they lead to stays.
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Folder, "node_modules")).Where(folder => new DirectoryInfo(folder).LinkTarget is not null))
            Directory.Delete(folder);
        Directory.Delete(Folder, recursive: true);
    }

    private string PathOf(string alias) => Path.Combine(Folder, "node_modules", alias);

    private void Write() => File.WriteAllText(Path.Combine(Folder, "package.json"), JsonSerializer.Serialize(_manifest));
}
