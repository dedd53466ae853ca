using System.Text.Json;
using System.Text.RegularExpressions;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>What the configs of a page ask for: read for the evidence alone, PyScript reads them itself.</summary>
/// <param name="Packages">Packages, sorted.</param>
/// <param name="Targets">What is written where in the interpreter's own folder: path there to path in the project.</param>
sealed partial record ProjectConfig(IReadOnlyList<string> Packages, IReadOnlyDictionary<string, string> Targets)
{
    private const int Longest = 200_000;
    private const int MostPackages = 200;
    private const int LongestName = 200;

    /// <summary>Reads configs in JSON or TOML; what is neither is left out.</summary>
    public static ProjectConfig Read(IEnumerable<string> texts)
    {
        var packages = new SortedSet<string>(StringComparer.Ordinal);
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts.Where(text => text.Length <= Longest).Select(text => text.Trim()))
        {
            if (text.StartsWith('{')) ReadJson(text, packages, targets);
            else ReadToml(text, packages, targets);
        }
        return new([.. packages.Where(package => package.Length <= LongestName).Take(MostPackages)], targets);
    }

    private static void ReadJson(string text, SortedSet<string> packages, Dictionary<string, string> targets)
    {
        try
        {
            using var config = JsonDocument.Parse(text);
            if (config.RootElement.TryGetProperty("packages", out var list) && list.ValueKind is JsonValueKind.Array)
                packages.UnionWith(list.EnumerateArray().Where(name => name.ValueKind is JsonValueKind.String).Select(name => name.GetString()!));
            if (!config.RootElement.TryGetProperty("files", out var files) || files.ValueKind is not JsonValueKind.Object) return;
            foreach (var file in files.EnumerateObject().Where(file => file.Value.ValueKind is JsonValueKind.String)) Add(targets, file.Name, file.Value.GetString()!);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // PyScript says so in the page.
        }
    }

    private static void ReadToml(string text, SortedSet<string> packages, Dictionary<string, string> targets)
    {
        try
        {
            TakeToml(text, packages, targets);
        }
        catch (RegexMatchTimeoutException)
        {
            // Made to take long: nothing is learnt from it.
        }
    }

    private static void TakeToml(string text, SortedSet<string> packages, Dictionary<string, string> targets)
    {
        if (TomlPackages().Match(text) is { Success: true } list)
            packages.UnionWith(TomlText().Matches(list.Groups["list"].Value).Select(match => match.Groups["text"].Value));
        if (TomlFiles().Match(text) is not { Success: true } files) return;
        foreach (Match pair in TomlPair().Matches(files.Groups["body"].Value)) Add(targets, pair.Groups["from"].Value, pair.Groups["to"].Value);
    }

    // Templates and other hosts are left to the last part of their names.
    private static void Add(Dictionary<string, string> targets, string from, string to)
    {
        if (from.Contains('{', StringComparison.Ordinal) || from.Contains("://", StringComparison.Ordinal)) return;
        var source = Plain(from);
        var name = source[(source.LastIndexOf('/') + 1)..];
        var target = Plain(to);
        targets[target.Length == 0 ? name : to.EndsWith('/') ? target.TrimEnd('/') + "/" + name : target] = source;
    }

    private static string Plain(string path)
    {
        while (path.StartsWith("./", StringComparison.Ordinal) || path.StartsWith('/')) path = path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return path;
    }

    [GeneratedRegex(@"^[ \t]*packages[ \t]*=[ \t]*\[(?<list>[^\]]{0,20000})\]", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex TomlPackages();

    [GeneratedRegex("""["'](?<text>[^"'\n]{1,200})["']""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex TomlText();

    [GeneratedRegex(@"^[ \t]*\[files\][ \t\r]*\n(?<body>(?:(?![ \t]*\[)[^\n]*(?:\n|$))*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex TomlFiles();

    [GeneratedRegex("""^[ \t]*["']?(?<from>[^"'=\n]{1,500}?)["']?[ \t]*=[ \t]*["'](?<to>[^"'\n]{0,500})["']""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex TomlPair();
}
