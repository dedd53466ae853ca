using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What came of trying one module, by one rule for all; <c>bundled.json</c> holds it as <c>outcome: detail</c>.</summary>
public sealed record BundledFinding(PackageStatus Outcome, string? Detail)
{
    /// <summary>It could be imported; there was no use to try.</summary>
    public static BundledFinding Imported { get; } = new(PackageStatus.Works, null);

    /// <summary>It could be imported, and its uses did what they should.</summary>
    public static BundledFinding Used { get; } = new(PackageStatus.Works, "imported and used");

    /// <summary>Python has it, the interpreter does not.</summary>
    public static BundledFinding NotPartOf(string interpreter) => new(PackageStatus.Fails, $"not part of {interpreter}");

    /// <summary>It cannot be imported as it is; a package of the release's lock brings it.</summary>
    public static BundledFinding InLock(string package) => new(PackageStatus.Fails, $"comes as the package {package} of the release's lock");

    /// <summary>
    /// The rule: what cannot be imported fails, and so does what can be imported but not be used for what it is for (<c>threading</c>
    /// that starts no thread); where the main use works and others do not, it works partly.
    /// </summary>
    /// <param name="import">What the import raised, or an empty text.</param>
    /// <param name="uses">What each use raised, or an empty text; a side use says what it was.</param>
    public static BundledFinding Of(string import, IReadOnlyList<(string? Side, string Raised)> uses)
    {
        ArgumentNullException.ThrowIfNull(import);
        if (import.Length > 0) return new(PackageStatus.Fails, import);
        var failed = uses.Where(use => use.Raised.Length > 0).ToList();
        if (failed.Find(use => use.Side is null) is { Raised: not null } main) return new(PackageStatus.Fails, $"can be imported, but: {main.Raised}");
        if (failed.Count > 0) return new(PackageStatus.Partly, string.Join("; ", failed.Select(use => $"not {use.Side}: {use.Raised}")));
        return uses.Count > 0 ? Used : Imported;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static BundledFinding Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        var outcome = Enum.Parse<PackageStatus>(colon < 0 ? text : text[..colon], ignoreCase: true);
        return new(outcome, colon < 0 ? null : text[(colon + 2)..]);
    }

    public override string ToString()
    {
        var outcome = Outcome.ToString().ToLowerInvariant();
        return Detail is null ? outcome : $"{outcome}: {Detail}";
    }
}
