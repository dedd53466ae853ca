using System.Runtime.CompilerServices;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>One page of the suite, as uploaded.</summary>
/// <param name="Path">Its path in the project.</param>
/// <param name="Isolated">Whether its project has isolation on.</param>
/// <param name="Placings">Where it is opened.</param>
internal sealed record ConformancePage(string Path, bool Isolated, IReadOnlyList<Placing> Placings);

/// <summary>
/// The pages in <c>Conformance/pages</c>. A page that holds <c>{{tag}}</c> or <c>{{interpreter}}</c> is made once for <c>py</c> and once for <c>mpy</c>;
/// one that holds <c>{{thread}}</c> once for the main thread and once for a worker; one that holds <c>{{cache}}</c> once for each
/// value of <c>packages_cache</c>.
/// </summary>
internal static class PageSet
{
    /// <summary>A page on a project without isolation, where workers reach the page only through a service worker.</summary>
    private const string OpenPrefix = "open-";

    private static readonly Placing[] s_everywhere = [Placing.Top, Placing.Framed];
    private static readonly Placing[] s_top = [Placing.Top];
    private static readonly string[] s_caches = ["never", "passthrough", "all"];

    /// <summary>The folder of the sources, next to this file.</summary>
    public static string Folder { get; } = Path.Combine(SourceFolder(), "pages");

    /// <summary>Every page, in the order of their names.</summary>
    public static IReadOnlyList<ConformancePage> Pages { get; } = [.. Expanded(new Uri("http://runtime.invalid"))
        .Select(file => file.Path)
        .Where(path => path.EndsWith(".html", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(path => path.StartsWith(OpenPrefix, StringComparison.Ordinal)
            ? new ConformancePage(path, Isolated: false, s_top)
            : new ConformancePage(path, Isolated: true, s_everywhere))];

    /// <summary>Every file of the project.</summary>
    /// <param name="runtime">Origin of the runtime assets; stands for <c>{{runtime}}</c>.</param>
    public static Dictionary<string, byte[]> Files(Uri runtime)
    {
        var files = Expanded(runtime).ToDictionary(file => file.Path, file => file.Bytes, StringComparer.Ordinal);
        foreach (var (path, bytes) in GeneratedFiles.All())
            files.Add(path, bytes);
        files.Add("index.html", "<!doctype html><title>Conformance</title><p>The pages of the conformance suite.</p>"u8.ToArray());
        return files;
    }

    private static IEnumerable<(string Path, byte[] Bytes)> Expanded(Uri runtime)
    {
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var path = Path.GetRelativePath(Folder, file).Replace('\\', '/');
            var text = File.ReadAllText(file).Replace("{{runtime}}", runtime.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
            foreach (var (suffix, variant) in Variants(text, path))
                yield return (path.Replace(".html", $"{suffix}.html", StringComparison.Ordinal), System.Text.Encoding.UTF8.GetBytes(variant));
        }
    }

    private static IEnumerable<(string Suffix, string Text)> Variants(string text, string path)
    {
        if (!path.EndsWith(".html", StringComparison.Ordinal) || !text.Contains("{{", StringComparison.Ordinal))
        {
            yield return ("", text);
            yield break;
        }
        if (text.Contains("{{cache}}", StringComparison.Ordinal))
        {
            foreach (var cache in s_caches)
                yield return ($"-{cache}", text.Replace("{{cache}}", cache, StringComparison.Ordinal));
            yield break;
        }
        string[] threads = text.Contains("{{thread}}", StringComparison.Ordinal) ? ["main", "worker"] : [""];
        string[] tags = text.Contains("{{tag}}", StringComparison.Ordinal) || text.Contains("{{interpreter}}", StringComparison.Ordinal) ? ["py", "mpy"] : [""];
        foreach (var tag in tags)
        {
            foreach (var thread in threads)
            {
                var variant = text
                    .Replace("{{tag}}", tag, StringComparison.Ordinal)
                    .Replace("{{other}}", string.Equals(tag, "mpy", StringComparison.Ordinal) ? "py" : "mpy", StringComparison.Ordinal)
                    .Replace("{{interpreter}}", string.Equals(tag, "mpy", StringComparison.Ordinal) ? "micropython" : "pyodide", StringComparison.Ordinal)
                    .Replace("{{thread}}", thread, StringComparison.Ordinal)
                    .Replace("{{worker}}", string.Equals(thread, "worker", StringComparison.Ordinal) ? "worker" : "", StringComparison.Ordinal);
                yield return (string.Concat(new[] { tag, thread }.Where(part => part.Length > 0).Select(part => $"-{part}")), variant);
            }
        }
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
