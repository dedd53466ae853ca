using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>One of the conditions of a nogood: that the package's choice is one of these.</summary>
readonly record struct NogoodTerm(int Package, ChoiceSet Choices);

/// <summary>Choices that must not all be made (PubGrub's incompatibility, over choices that can be counted).</summary>
/// <param name="Terms">One for each package at most. A nogood without terms: there is no solution.</param>
/// <param name="Why">Where it comes from.</param>
sealed record Nogood(IReadOnlyList<NogoodTerm> Terms, NogoodReason Why)
{
    /// <summary>A nogood of terms of which two may be of one package; null where it can never come true.</summary>
    public static Nogood? Of(NogoodReason why, params IEnumerable<NogoodTerm> terms)
    {
        var merged = new Dictionary<int, ChoiceSet>();
        foreach (var (package, choices) in terms)
            merged[package] = merged.TryGetValue(package, out var before) ? before.And(choices) : choices;
        if (merged.Values.Any(choices => choices.IsEmpty)) return null;
        return new([.. merged.Where(term => !term.Value.Others().IsEmpty).Select(term => new NogoodTerm(term.Key, term.Value))], why);
    }

    /// <summary>
    /// What follows from two that speak of one package: whatever is chosen for it is in the one or the other, so the rest of both must
    /// not come together.
    /// </summary>
    public Nogood Resolve(Nogood other, int package)
    {
        var either = Terms.Single(term => term.Package == package).Choices.Or(other.Terms.Single(term => term.Package == package).Choices);
        var rest = Terms.Concat(other.Terms).Where(term => term.Package != package).Append(new(package, either));
        return Of(new Derived(this, other), rest) ?? throw new InvalidOperationException("Two nogoods that hold now came to nothing.");
    }

    /// <summary>The facts that it was derived from, each once.</summary>
    public IEnumerable<NogoodReason> Facts()
    {
        var seen = new HashSet<Nogood>(ReferenceEqualityComparer.Instance);
        var open = new Stack<Nogood>([this]);
        while (open.TryPop(out var nogood))
        {
            if (!seen.Add(nogood)) continue;
            if (nogood.Why is not Derived derived) yield return nogood.Why;
            else
            {
                open.Push(derived.Two);
                open.Push(derived.One);
            }
        }
    }
}

/// <summary>Where a nogood comes from.</summary>
abstract record NogoodReason;

/// <summary>It follows from two others.</summary>
sealed record Derived(Nogood One, Nogood Two) : NogoodReason;

/// <summary>Somebody asks for a package.</summary>
/// <param name="By">The package that asks; null where the requirement was given.</param>
sealed record Asked(int? By, int Choice, Requirement Requirement, int Target) : NogoodReason;

/// <summary>What a candidate needs cannot be found out.</summary>
sealed record Unreadable(int Package, int Choice, Sentence Why) : NogoodReason;

/// <summary>A package with an extra is the same version as the package without it.</summary>
sealed record SameVersion : NogoodReason;
