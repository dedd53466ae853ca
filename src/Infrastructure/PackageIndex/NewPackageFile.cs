using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A file that is about to be held, with what was read in it.</summary>
/// <param name="Version">As its source writes it.</param>
public sealed record NewPackageFile(string FileName, byte[] Content, PackageName Name, string Version)
{
    private const int LongestRequiresPython = 500;

    public BlobHash Hash { get; } = BlobHash.Of(Content);

    public required PackageFileOrigin Origin { get; init; }

    /// <inheritdoc cref="PackageFile.Source"/>
    public required string Source { get; init; }

    /// <inheritdoc cref="PackageFile.Pyodide"/>
    public string? Pyodide { get; init; }

    public Guid? AddedById { get; init; }

    /// <summary>What the package is, in a line; null where nobody said.</summary>
    public string? Summary { get; init; }

    /// <summary>Its core metadata as they stand in it; null for what is no wheel.</summary>
    public byte[]? Metadata { get; init; }

    /// <inheritdoc cref="PackageFile.RequiresPython"/>
    public string? RequiresPython { get; init; }

    /// <inheritdoc cref="PackageFile.Requires"/>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <inheritdoc cref="PackageFile.Extras"/>
    public IReadOnlyList<string> Extras { get; init; } = [];

    /// <inheritdoc cref="PackageFile.Modules"/>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <inheritdoc cref="PackageFile.Yanked"/>
    public string? Yanked { get; init; }

    /// <summary>A wheel, checked. Errors: those of <see cref="WheelFile.ReadAsync"/>, and <c>bad_metadata</c> where what it says of Python is too long to be kept.</summary>
    public static async Task<Result<NewPackageFile>> OfWheelAsync(string fileName, byte[] content, PackageFileOrigin origin, string source, CancellationToken ct)
    {
        await using var stream = new MemoryStream(content, writable: false);
        var read = await WheelFile.ReadAsync(fileName, stream, ct);
        if (!read.IsOk) return read.Error;
        var metadata = read.Value.Metadata;
        var python = metadata.RequiresPython?.ToString();
        if (python?.Length > LongestRequiresPython) return new Error.Invalid("bad_metadata", $"{FilePath.Show(fileName)} says which versions of Python it takes in more than {LongestRequiresPython} characters.", "wheel");
        return new NewPackageFile(fileName, content, metadata.Name, metadata.VersionText)
        {
            Origin = origin,
            Source = source,
            Summary = metadata.Summary.Length > 0 ? metadata.Summary : null,
            Metadata = read.Value.MetadataBytes,
            RequiresPython = python,
            Requires = [.. metadata.Requires.Select(requirement => requirement.ToString())],
            Extras = metadata.Extras,
            Modules = read.Value.Imports,
        };
    }
}
