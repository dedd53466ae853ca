using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>How a file came into the hub's index.</summary>
public enum PackageFileOrigin
{
    /// <summary>An administrator put it there; such a file alone may stand in for a name of the release's lock.</summary>
    Upload,

    /// <summary>Out of the archive of a Pyodide release.</summary>
    Archive,

    /// <summary>Fetched from an upstream index that the administrator switched on.</summary>
    Upstream,
}

/// <summary>
/// A file that the hub serves to interpreters: a wheel, or what else a Pyodide release loads. Releases of Pyodide build files of the same
/// name anew, so that name and hash together say which.
/// </summary>
public sealed class PackageFile
{
    public const int FileNameLength = 255;

    public PackageFile(string fileName, BlobHash hash, string package, string version, long length, PackageFileOrigin origin, string source, DateTimeOffset addedAt)
    {
        (FileName, Hash, Package, Version, Length) = (fileName, hash, package, version, length);
        (Origin, Source, AddedAt) = (origin, source, addedAt);
    }

    public string FileName { get; private set; }

    /// <summary>The SHA-256 of its bytes, under which they lie among the blobs.</summary>
    public BlobHash Hash { get; private set; }

    /// <summary>The package's <see cref="Packages.Package.Name"/>.</summary>
    public string Package { get; private set; }

    /// <summary>The version as its source wrote it.</summary>
    public string Version { get; private set; }

    /// <summary>In bytes.</summary>
    public long Length { get; private set; }

    public PackageFileOrigin Origin { get; private set; }

    /// <summary>Which archive, or which address upstream; the name under which an administrator uploaded it.</summary>
    public string Source { get; private set; }

    /// <summary>The version of Pyodide whose archive it was in; null for others.</summary>
    public string? Pyodide { get; init; }

    public DateTimeOffset AddedAt { get; private set; }

    public Guid? AddedById { get; init; }

    /// <summary>The SHA-256 of its core metadata (PEP 658), which lie among the blobs too; null for what is no wheel.</summary>
    public BlobHash? MetadataHash { get; init; }

    /// <summary><c>Requires-Python</c> as it is written; null where it is not.</summary>
    public string? RequiresPython { get; init; }

    /// <summary><c>Requires-Dist</c>, a requirement each.</summary>
    public string[] Requires { get; init; } = [];

    /// <summary>The extras that it knows.</summary>
    public string[] Extras { get; init; } = [];

    /// <summary>The top-level names that it gives to <c>import</c>.</summary>
    public string[] Modules { get; init; } = [];

    /// <summary>Why it is not to be used (PEP 592), empty where no reason was given; null where it may be used.</summary>
    public string? Yanked { get; private set; }

    /// <summary>Takes it out of use, or back into it.</summary>
    public void Yank(string? reason) => Yanked = reason;
}

/// <summary>A file that came with another hash than the one that was kept under its name: the kept one stays, this one is not served.</summary>
public sealed class QuarantinedFile
{
    public QuarantinedFile(Guid id, string fileName, BlobHash hash, BlobHash keptHash, string source, DateTimeOffset at) =>
        (Id, FileName, Hash, KeptHash, Source, At) = (id, fileName, hash, keptHash, source, at);

    public Guid Id { get; private set; }

    public string FileName { get; private set; }

    /// <summary>Of what came; its bytes are not kept.</summary>
    public BlobHash Hash { get; private set; }

    public BlobHash KeptHash { get; private set; }

    public string Source { get; private set; }

    public DateTimeOffset At { get; private set; }
}

/// <summary>What an upstream index last answered for a name.</summary>
public sealed class UpstreamPage
{
    public UpstreamPage(string upstream, string package) => (Upstream, Package) = (upstream, package);

    /// <summary>The index's address as it is configured.</summary>
    public string Upstream { get; private set; }

    /// <summary>The normal form of the name.</summary>
    public string Package { get; private set; }

    /// <summary>The page in the JSON form of PEP 691, whatever form it came in; null where the upstream does not know the name.</summary>
    public string? Document { get; set; }

    public string? ETag { get; set; }

    public DateTimeOffset FetchedAt { get; set; }
}

/// <summary>The core metadata of a file that an upstream has and that was not fetched itself (PEP 658).</summary>
public sealed class UpstreamMetadata
{
    public UpstreamMetadata(BlobHash fileHash, string text) => (FileHash, Text) = (fileHash, text);

    /// <summary>The SHA-256 of the file that it belongs to, which makes it what cannot change.</summary>
    public BlobHash FileHash { get; private set; }

    public string Text { get; private set; }
}

/// <summary>A file of the index for MicroPython's <c>mip</c>, at its path below <c>/pi/v2/</c>.</summary>
public sealed class MipFile
{
    public MipFile(string path, BlobHash hash, string source, DateTimeOffset fetchedAt) => (Path, Hash, Source, FetchedAt) = (path, hash, source, fetchedAt);

    public string Path { get; private set; }

    public BlobHash Hash { get; set; }

    public string Source { get; private set; }

    public DateTimeOffset FetchedAt { get; set; }
}
