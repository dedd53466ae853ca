using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>A version of an npm package that the hub holds, unpacked.</summary>
public sealed class NpmRelease
{
    /// <summary>The longest name of an npm package, in characters (npm's own limit).</summary>
    public const int NameLength = 214;

    public NpmRelease(string name, string version, string integrity, string source, DateTimeOffset addedAt) =>
        (Name, Version, Integrity, Source, AddedAt) = (name, version, integrity, source, addedAt);

    /// <summary>With its scope: <c>@observablehq/plot</c>.</summary>
    public string Name { get; private set; }

    public string Version { get; private set; }

    /// <summary>The hash of its tarball as npm writes it, <c>sha512-…</c>.</summary>
    public string Integrity { get; private set; }

    /// <summary>The registry that it came from, or the file.</summary>
    public string Source { get; private set; }

    public DateTimeOffset AddedAt { get; private set; }
}

/// <summary>A file of an npm package, or a bundle that was made of it.</summary>
public sealed class NpmFile
{
    public NpmFile(string name, string version, string path, BlobHash hash, long length) =>
        (Name, Version, Path, Hash, Length) = (name, version, path, hash, length);

    public string Name { get; private set; }

    public string Version { get; private set; }

    /// <summary>Its path in the package; of a bundle, the address that asks for it: <c>+esm</c>, <c>build/three.module.js/+esm</c>.</summary>
    public string Path { get; private set; }

    public BlobHash Hash { get; private set; }

    /// <summary>In bytes.</summary>
    public long Length { get; private set; }
}

/// <summary>That an address on another host is served out of the hub in a publication: it stays what it was resolved to.</summary>
public sealed class PublicationLibrary
{
    public PublicationLibrary(Guid publicationId, string address, string? name, string? version, string? path, string? problem)
    {
        (PublicationId, Address) = (publicationId, address);
        (Name, Version, Path, Problem) = (name, version, path, problem);
    }

    public Guid PublicationId { get; private set; }

    /// <summary>The address as the project writes it.</summary>
    public string Address { get; private set; }

    /// <summary>The npm package; null where the address stays what it is.</summary>
    public string? Name { get; private set; }

    public string? Version { get; private set; }

    /// <summary>The <see cref="NpmFile.Path"/> that stands for it.</summary>
    public string? Path { get; private set; }

    /// <summary>Why it is not served by the hub, in a sentence; null where it is.</summary>
    public string? Problem { get; private set; }
}
