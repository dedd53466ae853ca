using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What an index lists for a name, as far as an interpreter can use it: wheels that have a SHA-256.</summary>
/// <param name="Package">The normal form of the name.</param>
public sealed record IndexPage(string Package, IReadOnlyList<IndexFile> Files);

/// <summary>A wheel as an index lists it (PEP 503, PEP 691).</summary>
/// <param name="Url">Where its bytes are, absolute.</param>
public sealed record IndexFile(string FileName, Uri Url, BlobHash Hash)
{
    /// <summary><c>Requires-Python</c>; null where it is not said.</summary>
    public string? RequiresPython { get; init; }

    /// <summary>Why it was withdrawn (PEP 592), empty where no reason was given; null where it was not.</summary>
    public string? Yanked { get; init; }

    /// <summary>Whether its core metadata can be had by themselves, at its address with <c>.metadata</c> behind it (PEP 658).</summary>
    public bool HasMetadata { get; init; }

    /// <summary>The SHA-256 of these metadata; null where it is not said.</summary>
    public BlobHash? MetadataHash { get; init; }

    /// <summary>In bytes (PEP 700); null where it is not said.</summary>
    public long? Length { get; init; }
}
