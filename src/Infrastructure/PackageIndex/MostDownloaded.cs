using System.Globalization;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>The hundred packages that PyPI hands out most, out of <c>top-100-pypi.csv</c>.</summary>
/// <param name="Date">When they were counted.</param>
/// <param name="Packages">Normal form and downloads of a month, most first; the numbers are rounded to millions.</param>
public sealed record MostDownloaded(DateOnly Date, IReadOnlyList<(string Name, long Downloads)> Packages)
{
    private static readonly Lazy<MostDownloaded> s_shipped = new(Read);

    /// <summary>The list that this program carries.</summary>
    public static MostDownloaded Shipped => s_shipped.Value;

    private static MostDownloaded Read()
    {
        using var reader = new StreamReader(typeof(MostDownloaded).Assembly.GetManifestResourceStream("top-100-pypi.csv")!);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => !line.StartsWith('#')).ToList();
        return new MostDownloaded(
            DateOnly.ParseExact(lines[0], "yyyy-MM-dd", CultureInfo.InvariantCulture),
            [.. lines.Skip(1).Select(line => line.Split(',')).Select(cells => (cells[0], long.Parse(cells[1], CultureInfo.InvariantCulture) * 1_000_000))]);
    }
}
