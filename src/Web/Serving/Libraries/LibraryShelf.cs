using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>The registry that an administrator switched on; none unless one is named.</summary>
public sealed class LibrarySource(HubOptions options) : IDisposable
{
    public NpmRegistry? Registry { get; } = options.Packages.NpmRegistry is { } address ? new NpmRegistry(address) : null;

    public void Dispose() => Registry?.Dispose();
}

/// <summary>
/// Picks versions of npm packages: of those that the hub holds, and, where a registry is asked, of those that it has, which are kept
/// from then on. Remembers for one piece of work what the registry said.
/// </summary>
public sealed class LibraryShelf(NpmStock stock)
{
    private readonly Dictionary<string, Result<NpmOffers>> _offers = new(StringComparer.Ordinal);
    private Error? _away;

    /// <summary>The registry to ask for what is not held; null for none.</summary>
    public NpmRegistry? Registry { get; set; }

    /// <summary>
    /// The highest version within a range, a tag or exactly the one that is named, held when this returns. A registry that does not
    /// answer is stood in for by what is held. Error: why there is none, in a sentence.
    /// </summary>
    public async Task<Result<NpmHold>> PickAsync(string name, string range, CancellationToken ct)
    {
        // `npm:other@range` is how a package.json gives another package the name.
        if (range.StartsWith("npm:", StringComparison.Ordinal))
        {
            var at = range.LastIndexOf('@');
            (name, range) = at > 4 ? (range[4..at], range[(at + 1)..]) : (range[4..], "");
        }
        var held = await stock.FindAsync(name, range, ct);
        if (held is not null && NpmVersion.Parse(range) is not null) return held;
        if (Registry is null) return held is null ? Lacks(name, range) : held;

        var offered = await OffersAsync(name, ct);
        if (!offered.IsOk) return held is null ? Explain(name, offered.Error) : held;
        if (offered.Value.Pick(range) is not { } offer) return held is null ? new Error.Invalid("no_version", $"{Registry.Host} has no version of {name} that is {range}.") : held;
        var wanted = new NpmHold(name, offer.Spelled);
        if (wanted == held || await stock.FindAsync(name, offer.Spelled, ct) is not null) return wanted;
        var tarball = await Registry.FetchAsync(offer, ct);
        if (!tarball.IsOk) return held is null || tarball.Error.Code is "wrong_hash" or "no_integrity" ? Explain(name, tarball.Error) : held;
        return await stock.AddAsync(tarball.Value, wanted, Registry.Host, ct);
    }

    private async Task<Result<NpmOffers>> OffersAsync(string name, CancellationToken ct)
    {
        if (_away is not null) return _away;
        if (_offers.TryGetValue(name, out var known)) return known;
        var offered = await Registry!.DescribeAsync(name, ct);
        // One that does not answer is not waited for again and again.
        if (offered.Error is { Code: "upstream_failed" } error) _away = error;
        return _offers[name] = offered;
    }

    private Error Explain(string name, Error error) => error is Error.NotFound
        ? new Error.Invalid("no_package", $"{Registry!.Host} has no package {name}.")
        : error;

    private static Error.Invalid Lacks(string name, string range) => new(
        "not_held", $"This hub does not hold it. An administrator adds it: npm add {(range.Length == 0 ? name : $"{name}@{range}")}");
}
