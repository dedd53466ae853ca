using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>Says what cannot go together, out of the facts that prove it.</summary>
/// <param name="isJudgement">Whether one package is spoken of, which nobody asked for.</param>
sealed class Explanation(IReadOnlyList<Wanted> wanted, Resolver resolver, bool isJudgement)
{
    // More is not read.
    private const int MostFacts = 10;
    private const int MostNames = 6;

    public Error Of(IReadOnlyList<NogoodReason> facts)
    {
        var asked = facts.OfType<Asked>().ToList();
        var unmet = asked.FindAll(fact => !resolver.Admit(wanted[fact.Target].Known, fact.Requirement).Any());
        var clauses = Clauses(facts).ToList();
        // Of many, those that say why are read first.
        var shown = clauses.Count <= MostFacts ? clauses : clauses.OrderByDescending(clause => clause.IsReason).Take(MostFacts);
        var what = Join(shown.Select(clause => clause.Says), "; ");
        if (clauses.Count > MostFacts) what = $"{what}; and {clauses.Count - MostFacts} more";
        if (unmet.Exists(fact => fact.Requirement.Url is not null)) return Say("direct_reference", $"An address is asked for that is not fetched: {what}.");
        if (unmet.Exists(fact => wanted[fact.Target].Known.Listing.Candidates.Count == 0)) return Say("package_missing", $"A package is missing: {what}.");
        return unmet.Count > 0 ? Say("package_unfit", $"A package does not fit: {what}.") : Say("package_conflict", $"These do not go together: {what}.");

        Error.Invalid Say(string code, Sentence sentence) => new(code, isJudgement ? what : sentence, "packages");
    }

    private IEnumerable<(Sentence Says, bool IsReason)> Clauses(IReadOnlyList<NogoodReason> facts)
    {
        // An extra's fact says the same as that of the package itself.
        var asked = facts.OfType<Asked>().DistinctBy(fact => (By: fact.By is { } by ? wanted[by] : null, fact.Choice, fact.Requirement)).ToList();
        foreach (var fact in asked.Where(fact => fact.By is null).OrderBy(fact => fact.Target))
        {
            var why = WhyUnmet(fact);
            if (isJudgement && why is null) continue;
            Sentence says = $"{fact.Requirement} is asked for";
            if (why is not null) says = isJudgement ? WhyNone(wanted[fact.Target].Known, fact.Requirement) : $"{fact.Requirement} is asked for, {why}";
            yield return (says, why is not null);
        }
        foreach (var group in asked.Where(fact => fact.By is not null).OrderBy(fact => fact.By).GroupBy(fact => (By: fact.By!.Value, Text: Plain(fact.Requirement))))
        {
            var who = Who(wanted[group.Key.By], [.. group.Select(fact => fact.Choice).Distinct()]);
            var why = WhyUnmet(group.First());
            Sentence says = $"{who} needs {group.Key.Text}";
            if (why is not null) says = $"{who} needs {group.Key.Text}, {why}";
            yield return (says, why is not null);
        }
        foreach (var fact in facts.OfType<Unreadable>())
            yield return ($"the metadata of {wanted[fact.Package].Known.Candidates[fact.Choice]} cannot be read: {fact.Why}", true);
    }

    // Null where something would meet it.
    private Sentence? WhyUnmet(Asked fact)
    {
        var (known, requirement) = (wanted[fact.Target].Known, fact.Requirement);
        if (resolver.Admit(known, requirement).Any()) return null;
        var listing = known.Listing;
        if (requirement.Url is not null) return "which is no file of the project: put the wheel there, or have it added to the hub's index";
        if (listing.Candidates.Count == 0) return $"which is nowhere to be found (looked in: {Join(listing.LookedIn, ", ")})";
        if (known.Matching(requirement).Any()) return "of which each version that fits was withdrawn by its authors";
        if (known.Unfit.Find(candidate => KnownPackage.Fits(requirement, candidate)) is { } unfit)
            return $"which has no wheel for this platform ({unfit.File.Name} {unfit.Unfit!})";
        if (known.ForOtherPython.Exists(candidate => KnownPackage.Fits(requirement, candidate)))
            return $"of which no version takes Python {resolver.Environment.PythonVersion}";
        if (known.Overruled.Exists(candidate => KnownPackage.Fits(requirement, candidate)))
            return $"which the interpreter has in version {known.Locked!.VersionText}, and only a wheel of the project or of an administrator may replace that";
        return $"of which there is only {Versions(known.Candidates is [] ? listing.Candidates : known.Candidates)}";
    }

    // What is judged has no name here: it is spoken of.
    private Sentence WhyNone(KnownPackage known, Requirement requirement)
    {
        if (known.Listing.Candidates.Count == 0) return $"it is nowhere to be found (looked in: {Join(known.Listing.LookedIn, ", ")})";
        if (known.Matching(requirement).Any()) return "each version was withdrawn by its authors";
        return known.Unfit.Find(candidate => KnownPackage.Fits(requirement, candidate)) is { } unfit
            ? $"it has no wheel for this platform ({unfit.File.Name} {unfit.Unfit!})"
            : $"no version takes Python {resolver.Environment.PythonVersion}";
    }

    private static Sentence Who(Wanted package, IReadOnlyCollection<int> choices)
    {
        var candidates = choices.Order().Select(choice => package.Known.Candidates[choice]).ToList();
        var name = package.Extra is null ? package.Name.Display : $"{package.Name}[{package.Extra}]";
        if (candidates.Count == package.Known.Candidates.Count && candidates.Count > MostNames) return $"each of the {candidates.Count} versions of {name}";
        return $"{name} {Versions(candidates)}";
    }

    private static string Versions(IReadOnlyList<Candidate> candidates)
    {
        var versions = candidates.Select(candidate => candidate.VersionText).Distinct(StringComparer.Ordinal).ToList();
        return versions.Count <= MostNames ? string.Join(", ", versions) : $"{string.Join(", ", versions.Take(MostNames))} …";
    }

    // In this environment the marker holds: it would tell nobody anything.
    private static string Plain(Requirement requirement) => (requirement with { Marker = null }).ToString();

    private static Sentence Join(IEnumerable<Sentence> sentences, string separator)
    {
        Sentence? all = null;
        foreach (var sentence in sentences) all = all is null ? sentence : $"{all}{separator}{sentence}";
        return all ?? "";
    }
}
