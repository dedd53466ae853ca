using System.Security.Cryptography;
using System.Text.Json;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Fetching;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>A version as the registry describes it.</summary>
/// <param name="Integrity">The sha512 of its archive, as npm writes it; null where the registry has none.</param>
public sealed record NpmOffer(string Name, NpmVersion Version, string Spelled, Uri? Tarball, string? Integrity);

/// <summary>What a registry has of a package.</summary>
/// <param name="Tags">Tag → version: <c>latest</c>, <c>next</c>.</param>
public sealed record NpmOffers(string Name, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<NpmOffer> Versions)
{
    /// <summary>What a range, an exact version or a tag stands for; null where there is nothing.</summary>
    public NpmOffer? Pick(string range)
    {
        if (range.Length == 0) return Pick("latest") ?? Pick("*");
        if (Tags.TryGetValue(range, out var tagged)) return Versions.FirstOrDefault(offer => offer.Spelled == tagged);
        if (NpmVersion.Parse(range) is { } exact) return Versions.FirstOrDefault(offer => offer.Version == exact);
        return NpmRange.Parse(range) is { } wanted ? Versions.Where(offer => wanted.Contains(offer.Version)).MaxBy(offer => offer.Version) : null;
    }
}

/// <summary>Asks an npm registry, and no other host.</summary>
public sealed class NpmRegistry : IDisposable
{
    private const long LargestTarball = 64L * 1024 * 1024;
    // Thousands of versions with their dependencies: the abbreviated form of the largest has some 10 MB.
    private const long LargestDescription = 32L * 1024 * 1024;
    // The form without readmes and scripts (docs of npm's registry, "package metadata").
    private const string Abbreviated = "application/vnd.npm.install-v1+json";

    private readonly UpstreamFetch _fetch;
    private readonly Uri _address;

    /// <param name="patience">How long one answer may take.</param>
    public NpmRegistry(Uri address, TimeSpan? patience = null)
    {
        _address = address.AbsoluteUri.EndsWith('/') ? address : new($"{address.AbsoluteUri}/");
        _fetch = new UpstreamFetch([_address], [], patience);
    }

    /// <summary>Its name, for people.</summary>
    public string Host => _address.Authority;

    /// <summary>What there is of a package. Errors: those of <see cref="UpstreamFetch.GetAsync"/>; <c>upstream_failed</c> too for what is no description.</summary>
    public async Task<Result<NpmOffers>> DescribeAsync(string name, CancellationToken ct)
    {
        var fetched = await _fetch.GetAsync(new Uri(_address, name.Replace("/", "%2f", StringComparison.Ordinal)), Abbreviated, etag: null, LargestDescription, ct);
        if (!fetched.IsOk) return fetched.Error;
        try
        {
            using var json = JsonDocument.Parse(fetched.Value.Content);
            var root = json.RootElement;
            if (root.GetProperty("name").GetString() != name) return Failed(name);
            var tags = root.GetProperty("dist-tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString() ?? "", StringComparer.Ordinal);
            return new NpmOffers(name, tags, [.. root.GetProperty("versions").EnumerateObject().Select(version => OfferOf(name, version)).OfType<NpmOffer>()]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return Failed(name);
        }
    }

    /// <summary>
    /// The archive of a version, checked. Errors: those of <see cref="UpstreamFetch.GetAsync"/>, <c>no_integrity</c>, <c>wrong_hash</c>,
    /// <c>upstream_refused</c> where it is said to lie on another host.
    /// </summary>
    public async Task<Result<byte[]>> FetchAsync(NpmOffer offer, CancellationToken ct)
    {
        if (offer.Integrity is null) return new Error.Invalid("no_integrity", $"The registry gives no sha512 for {offer.Name}@{offer.Spelled}, so that it cannot be checked. Nothing was kept.");
        if (offer.Tarball is not { } tarball) return Failed(offer.Name);
        // A mirror may hand on the address of npm's own host; the one host to ask is the mirror.
        if (tarball.Host.Equals(RuntimeAdd.DefaultRegistry.Host, StringComparison.OrdinalIgnoreCase)) tarball = new Uri(_address, tarball.AbsolutePath.TrimStart('/'));
        var fetched = await _fetch.GetAsync(tarball, accept: null, etag: null, LargestTarball, ct);
        if (!fetched.IsOk) return fetched.Error;
        return IntegrityOf(fetched.Value.Content) == offer.Integrity
            ? fetched.Value.Content
            : new Error.Invalid("wrong_hash", $"The bytes of {offer.Name}@{offer.Spelled} do not have the hash that the registry gives for them. Nothing was kept.");
    }

    /// <summary>The hash of an archive as npm writes it.</summary>
    public static string IntegrityOf(byte[] tarball) => $"sha512-{Convert.ToBase64String(SHA512.HashData(tarball))}";

    public void Dispose() => _fetch.Dispose();

    private static NpmOffer? OfferOf(string name, JsonProperty version)
    {
        if (NpmVersion.Parse(version.Name) is not { } parsed || !version.Value.TryGetProperty("dist", out var dist)) return null;
        var integrity = dist.TryGetProperty("integrity", out var text) ? text.GetString() : null;
        var sha512 = integrity?.Split(' ').FirstOrDefault(hash => hash.StartsWith("sha512-", StringComparison.Ordinal));
        var tarball = dist.TryGetProperty("tarball", out var url) && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var found) ? found : null;
        return new NpmOffer(name, parsed, version.Name, tarball, sha512);
    }

    private Error.Invalid Failed(string name) => new("upstream_failed", $"{Host} did not describe {name} as an npm registry does.");
}
