using System.Text.Json;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What to use in MicroPython where a module or package of Python is not there.</summary>
/// <param name="Name">The module or the package that is missing.</param>
/// <param name="Instead">What to use, in a few words or as it is imported.</param>
/// <param name="Text">One sentence for people.</param>
/// <param name="German">The same in German.</param>
/// <param name="Code">Lines that show it and run as they are in a page with <c>await</c>; none where there is nothing to run.</param>
public sealed record MicropythonInstead(string Name, string Instead, string Text, string German, IReadOnlyList<string>? Code)
{
    private static readonly Lazy<IReadOnlyDictionary<string, MicropythonInstead>> s_all = new(() =>
    {
        using var stream = typeof(MicropythonInstead).Assembly.GetManifestResourceStream("micropython-instead.json")!;
        return JsonSerializer.Deserialize<MicropythonInstead[]>(stream, JsonSerializerOptions.Web)!
            .ToDictionary(entry => PackageName.NormalForm(entry.Name), StringComparer.Ordinal);
    });

    /// <summary>The whole table; each entry's code is run by a browser test.</summary>
    public static IEnumerable<MicropythonInstead> All => s_all.Value.Values;

    /// <summary>The entry of a module or package, whatever the spelling; null where the table has none.</summary>
    public static MicropythonInstead? Of(string name) => s_all.Value.GetValueOrDefault(PackageName.NormalForm(name));
}
