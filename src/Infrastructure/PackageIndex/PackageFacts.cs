using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What is to be kept of one package.</summary>
/// <param name="DisplayName">The name in its own spelling, or that of a module that comes with an interpreter.</param>
/// <param name="Evidence">Facts of this package, by <see cref="EvidenceEntry.Of"/>.</param>
public sealed record PackageFacts(string DisplayName, IReadOnlyList<EvidenceEntry> Evidence)
{
    /// <summary>The normal form, under which it is kept.</summary>
    public string Name { get; } = PackageName.NormalForm(DisplayName);

    /// <summary>What it is, in a line; null leaves what is known.</summary>
    public string? Summary { get; init; }

    /// <summary>The top-level names that it can be imported as; others that are known stay.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];
}
