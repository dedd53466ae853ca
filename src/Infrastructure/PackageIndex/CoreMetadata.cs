using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What a distribution says of itself, in the file METADATA of a wheel or beside it (PEP 658; packaging.python.org, "Core metadata specifications").</summary>
/// <param name="VersionText">The version as it is written.</param>
/// <param name="Summary">One line, or nothing.</param>
/// <param name="RequiresPython">Null where it takes every Python.</param>
/// <param name="Extras">In their normal form, each once.</param>
/// <param name="HomePage">The address of its home page; null where it names none that a browser may open.</param>
public sealed record CoreMetadata(
    PackageName Name, PackageVersion Version, string VersionText, string Summary, VersionSpecifiers? RequiresPython,
    IReadOnlyList<Requirement> Requires, IReadOnlyList<string> Extras, string? HomePage)
{
    /// <summary>The largest file that is read, in bytes: descriptions of some hundred kilobytes are about.</summary>
    public const int MaximumBytes = 4_000_000;

    /// <summary>The most headers that are read; the description after them does not count.</summary>
    public const int MaximumHeaders = 5_000;

    private const int LongestSummary = 500;
    private const int LongestAddress = 2_000;

    /// <summary>What it needs, as the resolver takes it.</summary>
    public PackageNeeds Needs => new(Requires, Extras);

    /// <summary>
    /// Reads the file. Error: <c>bad_metadata</c>, where it is no text, has no name or version, or holds a requirement or versions of
    /// Python that cannot be read.
    /// </summary>
    public static Result<CoreMetadata> Parse(ReadOnlySpan<byte> content)
    {
        if (content.Length > MaximumBytes) return Bad($"is larger than {MaximumBytes} bytes");
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return Bad("is not UTF-8");
        }
        var headers = HeaderBlock.Parse(text, MaximumHeaders);
        if (!headers.IsOk) return Bad(headers.Error.Sentence);
        return Read(headers.Value);
    }

    private static Result<CoreMetadata> Read(HeaderBlock headers)
    {
        if (headers.First("Name") is not { } nameText) return Bad("has no name");
        if (PackageName.Parse(nameText) is not { IsOk: true, Value: var name }) return Bad($"has the name '{FilePath.Show(nameText)}', which is none");
        if (headers.First("Version") is not { } versionText) return Bad("has no version");
        if (PackageVersion.TryParse(versionText) is not { } version) return Bad($"has the version '{FilePath.Show(versionText)}', which is none by PEP 440");
        var requires = new List<Requirement>();
        foreach (var line in headers.All("Requires-Dist"))
        {
            var requirement = Requirement.Parse(line);
            if (!requirement.IsOk) return Bad($"asks for something that cannot be read ({requirement.Error.Sentence})");
            requires.Add(requirement.Value);
        }
        VersionSpecifiers? python = null;
        if (headers.First("Requires-Python") is { Length: > 0 } pythonText)
        {
            var specifiers = VersionSpecifiers.Parse(pythonText);
            if (!specifiers.IsOk) return Bad($"names versions of Python that cannot be read ({specifiers.Error.Sentence})");
            python = specifiers.Value;
        }
        var extras = headers.All("Provides-Extra").Where(extra => PackageName.Parse(extra).IsOk).Select(PackageName.NormalForm).Distinct(StringComparer.Ordinal).ToList();
        var summary = headers.First("Summary") ?? "";
        return new CoreMetadata(
            name, version, versionText, summary.Length > LongestSummary ? summary[..LongestSummary] : summary, python, requires, extras, HomePageOf(headers));
    }

    // "Home-page" is what old tools write; new ones write addresses with labels, of which this is the best known.
    private static string? HomePageOf(HeaderBlock headers)
    {
        var labelled = headers.All("Project-URL").Select(line => line.Split(',', 2, StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2).ToList();
        var home = labelled.Find(parts => parts[0].Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Equals("homepage", StringComparison.OrdinalIgnoreCase));
        return new[] { headers.First("Home-page"), home?[1] }.Concat(labelled.Select(parts => parts[1]))
            .FirstOrDefault(address => address?.Length <= LongestAddress && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is ("https" or "http"));
    }

    private static Error.Invalid Bad(Sentence why) => new("bad_metadata", $"The package's METADATA {why}.", "wheel");
}
