using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>Packages that go together and of which none is missing.</summary>
/// <param name="Packages">Dependencies before what needs them, as far as they do not need each other.</param>
/// <param name="Notes">What people should know although it worked: versions that were left out, extras that do not exist.</param>
public sealed record Resolution(IReadOnlyList<ResolvedPackage> Packages, IReadOnlyList<Sentence> Notes);

/// <summary>A package that was chosen.</summary>
/// <param name="Extras">Those that somebody asked for, in their normal form.</param>
/// <param name="DependsOn">The packages that it needs here, by name.</param>
/// <param name="AskedFor">Who asks for it, one at least.</param>
public sealed record ResolvedPackage(
    Candidate Candidate, IReadOnlyList<string> Extras, IReadOnlyList<PackageName> DependsOn, IReadOnlyList<RequirementSource> AskedFor);

/// <summary>A requirement and whose it is.</summary>
/// <param name="By">The package whose metadata asks; null where the requirement was given.</param>
public sealed record RequirementSource(PackageName? By, Requirement Requirement);

/// <summary>How far a resolver goes before it gives up: it always ends with an answer.</summary>
/// <param name="Packages">The most names that are looked at.</param>
/// <param name="Conflicts">The most dead ends.</param>
/// <param name="Looks">The most looks at a rule: some millions are a second.</param>
public sealed record ResolutionBounds(int Packages = 2_000, int Conflicts = 20_000, long Looks = 20_000_000);
