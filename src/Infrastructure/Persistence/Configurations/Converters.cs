using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.Persistence.Configurations;

sealed class ProjectIdConverter() : ValueConverter<ProjectId, Guid>(id => id.Value, value => new ProjectId(value));

sealed class BlobHashConverter() : ValueConverter<BlobHash, byte[]>(hash => hash.ToArray(), bytes => BlobHash.From(bytes));

sealed class ManifestConverter() : ValueConverter<Manifest, string>(manifest => Write(manifest), json => Read(json))
{
    public static string Write(Manifest manifest) => JsonSerializer.Serialize(
        manifest.Files.ToDictionary(file => file.Key.Value, file => new StoredEntry(file.Value.Hash.ToString(), file.Value.Length), StringComparer.Ordinal));

    public static Manifest Read(string json) => Manifest.FromStored(
        JsonSerializer.Deserialize<Dictionary<string, StoredEntry>>(json)!.Select(file => KeyValuePair.Create(
            FilePath.FromStored(file.Key), new ManifestEntry(BlobHash.FromHex(file.Value.H), file.Value.N))));

    // One letter each: a manifest of 2,000 files is read often.
    private sealed record StoredEntry(string H, long N);
}

sealed class ManifestChangeConverter() : ValueConverter<ManifestChange, string>(change => Write(change), json => Read(json))
{
    private static string Write(ManifestChange change) => JsonSerializer.Serialize(
        new StoredChange([.. change.Deleted.Select(path => path.Value)], JsonSerializer.Deserialize<JsonElement>(ManifestConverter.Write(change.Written))));

    private static ManifestChange Read(string json)
    {
        var stored = JsonSerializer.Deserialize<StoredChange>(json)!;
        return new ManifestChange([.. stored.Deleted.Select(FilePath.FromStored)], ManifestConverter.Read(stored.Written.GetRawText()));
    }

    private sealed record StoredChange(string[] Deleted, JsonElement Written);
}

/// <summary>Manifests are immutable and equal by value, so a snapshot is the manifest itself.</summary>
sealed class ManifestComparer() : ValueComparer<Manifest>(
    (a, b) => a == null ? b == null : a.Equals(b), manifest => manifest.GetHashCode(), manifest => manifest);

sealed class PagesConverter() : ValueConverter<ImmutableSortedDictionary<string, PageRelease>, string>(
    pages => JsonSerializer.Serialize(pages, JsonSerializerOptions.Default), json => Read(json))
{
    private static ImmutableSortedDictionary<string, PageRelease> Read(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, PageRelease>>(json)!.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

sealed class PagesComparer() : ValueComparer<ImmutableSortedDictionary<string, PageRelease>>(
    (a, b) => a == null ? b == null : b != null && a.SequenceEqual(b), pages => pages.Count, pages => pages);

/// <summary>An immutable record as one jsonb value.</summary>
sealed class JsonConverter<T>() : ValueConverter<T, string>(value => JsonSerializer.Serialize(value, JsonSerializerOptions.Default), json => Read(json))
{
    private static T Read(string json) => JsonSerializer.Deserialize<T>(json, JsonSerializerOptions.Default)!;
}

/// <summary>Immutable records are replaced and never changed, so that which object it is tells whether it is another.</summary>
sealed class JsonComparer<T>() : ValueComparer<T>(
    (a, b) => ReferenceEquals(a, b), value => value == null ? 0 : System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(value), value => value);
