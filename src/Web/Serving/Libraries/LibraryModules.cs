using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Bundling;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>
/// Makes ES modules of npm packages: one file with all that the package imports. Made once for each version and part of it, and kept
/// beside its files; what its dependencies were at that moment stays in it.
/// </summary>
public sealed partial class LibraryModules(NpmStock stock, LibraryShelf shelf, BlobReader blobs, Esbuild esbuild)
{
    private const string Mark = "+esm";
    private const int MostPackages = 300;
    private const int MostNames = 2_000;

    // What a bundler may read. Pictures and fonts that a script imports become part of it.
    private static readonly HashSet<string> s_sources = new(StringComparer.OrdinalIgnoreCase)
    {
        ".js", ".mjs", ".cjs", ".json", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".css", ".txt",
        ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".woff", ".woff2", ".ttf", ".eot",
    };

    /// <summary>Whether a path stands for a module that was made, not for a file of the package.</summary>
    public static bool IsModule(string path) => path is Mark || path.EndsWith("/" + Mark, StringComparison.Ordinal);

    /// <summary>The path that a module of a part of the package is kept under; the package itself is the empty part.</summary>
    public static string PathOf(string part) => part.Length == 0 ? Mark : $"{part}/{Mark}";

    /// <summary>
    /// Sees to it that a module is there and answers its path. Errors: those of <see cref="Esbuild.BundleAsync"/>, the dependency that is
    /// missing named.
    /// </summary>
    public async Task<Result<string>> EnsureAsync(NpmHold hold, string part, CancellationToken ct)
    {
        var path = PathOf(part);
        if ((await stock.FilesAsync(hold, ct)).ContainsKey(path)) return path;
        if (!esbuild.IsAvailable) return new Error.Invalid("bundler_missing", "This hub came without the bundler for its machine, so that it makes no modules of packages.");
        var folder = Directory.CreateTempSubdirectory("hub-module-").FullName;
        try
        {
            var missing = await LayOutAsync(hold, folder, ct);
            if (!missing.IsOk) return missing.Error;
            var made = await BundleAsync(hold, part, folder, ct);
            if (!made.IsOk) return missing.Value.Length == 0 ? made.Error : new Error.Invalid("bundle_failed", $"{made.Error.Sentence} Not to be had: {missing.Value}");
            await stock.KeepModuleAsync(hold, path, Encoding.UTF8.GetBytes(made.Value.Script), ct);
            return path;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Result<Bundle>> BundleAsync(NpmHold hold, string part, string folder, CancellationToken ct)
    {
        var entry = part.Length == 0 ? hold.Name : $"{hold.Name}/{part}";
        var made = await esbuild.BundleAsync(folder, entry, isMinified: true, ct);
        if (!made.IsOk && part.Length > 0)
        {
            // A file that the package does not export: CDNs serve it all the same.
            var file = await esbuild.BundleAsync(folder, $"./node_modules/{hold.Name}/{part}", isMinified: true, ct);
            if (!file.IsOk) return made.Error;
            (entry, made) = ($"./node_modules/{hold.Name}/{part}", file);
        }
        if (!made.IsOk || !made.Value.IsCommonJs) return made;

        // What CommonJS exports is known when it runs. The names that it assigns stand in its text.
        var readable = await esbuild.BundleAsync(folder, entry, isMinified: false, ct);
        if (!readable.IsOk) return readable;
        await File.WriteAllTextAsync(Path.Combine(folder, "entry.js"), ModuleOf(entry, NamesIn(readable.Value.Script)), ct);
        return await esbuild.BundleAsync(folder, "./entry.js", isMinified: true, ct);
    }

    // Puts the packages into the store, each once, and beside each a link to every package that it needs. Answers what is missing.
    private async Task<Result<string>> LayOutAsync(NpmHold root, string folder, CancellationToken ct)
    {
        var placed = new Dictionary<NpmHold, string>();
        var missing = new List<string>();
        var waiting = new Queue<NpmHold>([root]);
        placed[root] = await PlaceAsync(root, folder, 0, ct);
        Link(Path.Combine(folder, "node_modules"), root.Name, placed[root]);
        while (waiting.TryDequeue(out var hold))
        {
            var place = placed[hold];
            if (await DescriptionOfAsync(hold, ct) is not { } description) continue;
            foreach (var (name, range) in description.Needs)
            {
                if (name == hold.Name || !PackageName().IsMatch(name)) continue;
                var picked = await shelf.PickAsync(name, range, ct);
                if (!picked.IsOk)
                {
                    missing.Add($"{name}@{range}");
                    continue;
                }
                if (!placed.TryGetValue(picked.Value, out var other))
                {
                    if (placed.Count == MostPackages) return new Error.Invalid("bundle_failed", $"It needs more than {MostPackages} packages.");
                    placed[picked.Value] = other = await PlaceAsync(picked.Value, folder, placed.Count, ct);
                    waiting.Enqueue(picked.Value);
                }
                Link(NodeModulesOf(place, hold.Name), name, other);
            }
        }
        return string.Join(", ", missing);
    }

    private async Task<string> PlaceAsync(NpmHold hold, string folder, int number, CancellationToken ct)
    {
        var place = Path.Combine(folder, Esbuild.Store, number.ToString(CultureInfo.InvariantCulture), "node_modules", hold.Name);
        foreach (var (path, hash) in (await stock.FilesAsync(hold, ct)).Where(file => s_sources.Contains(Path.GetExtension(file.Key)) && !IsModule(file.Key)))
        {
            var content = await blobs.ReadAsync(hash, ct);
            if (!content.IsOk) continue;
            var file = Path.Combine(place, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, content.Value, ct);
        }
        Directory.CreateDirectory(place);
        return place;
    }

    private async Task<NpmDescription?> DescriptionOfAsync(NpmHold hold, CancellationToken ct)
    {
        if (!(await stock.FilesAsync(hold, ct)).TryGetValue("package.json", out var hash)) return null;
        var content = await blobs.ReadAsync(hash, ct);
        return content.IsOk ? NpmDescription.Read(content.Value) : null;
    }

    // The folder `node_modules` that a package stands in: one level up, two for a name with a scope.
    private static string NodeModulesOf(string place, string name) => place[..^(name.Length + 1)];

    private static void Link(string modules, string name, string target)
    {
        var link = Path.Combine(modules, name);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        if (!Path.Exists(link)) Directory.CreateSymbolicLink(link, target);
    }

    private static string ModuleOf(string entry, IEnumerable<string> names)
    {
        var text = new StringBuilder();
        text.Append("const found = require(").Append(System.Text.Json.JsonSerializer.Serialize(entry)).Append(");\n");
        text.Append("const named = found ?? {};\n");
        text.Append("export default found && found.__esModule && 'default' in found ? found.default : found;\n");
        foreach (var (number, name) in names.Index())
            text.Append(CultureInfo.InvariantCulture, $"const name{number} = named.{name};\nexport {{ name{number} as {name} }};\n");
        return text.ToString();
    }

    private static IEnumerable<string> NamesIn(string script) =>
        AssignedName().Matches(script).Select(match => match.Groups["name"].Value)
            .Concat(AssignedObject().Matches(script).SelectMany(match => match.Groups["names"].Value.Split(',')).Select(pair => pair.Split(':')[0].Trim().Trim('"')))
            .Where(name => name is not ("default" or "__esModule") && Identifier().IsMatch(name)).Distinct(StringComparer.Ordinal).Take(MostNames);

    // esbuild numbers the parameters of its wrappers: exports, exports2, module2.exports.
    [GeneratedRegex(@"\bexports\d*(\.(?<name>[A-Za-z_$][\w$]*)\s*=(?!=)|,\s*""(?<name>[A-Za-z_$][\w$]*)"")", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex AssignedName();

    [GeneratedRegex(@"\bmodule\d*\.exports\s*=\s*\{(?<names>[^{}()]*)\}", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex AssignedObject();

    [GeneratedRegex(@"^[A-Za-z_$][\w$]*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"^(@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PackageName();
}
