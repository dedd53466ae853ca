using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>A part of a marker.</summary>
abstract record MarkerExpression
{
    public abstract Result<bool> Evaluate(MarkerEnvironment environment);
}

/// <summary>Expressions of which all must hold, or one.</summary>
sealed record MarkerJunction(bool NeedsAll, IReadOnlyList<MarkerExpression> Parts) : MarkerExpression
{
    // Every part is looked at: a marker with an error in it is one in each environment.
    public override Result<bool> Evaluate(MarkerEnvironment environment)
    {
        var holds = NeedsAll;
        foreach (var part in Parts)
        {
            var result = part.Evaluate(environment);
            if (!result.IsOk) return result;
            holds = NeedsAll ? holds && result.Value : holds || result.Value;
        }
        return holds;
    }

    public override string ToString() => string.Join(
        NeedsAll ? " and " : " or ", Parts.Select(part => NeedsAll && part is MarkerJunction { NeedsAll: false } ? $"({part})" : part.ToString()));
}

/// <summary>One side of a comparison: a variable, or what was quoted.</summary>
sealed record MarkerOperand(MarkerVariable? Variable, string Text)
{
    public IReadOnlyCollection<string>? ValuesIn(MarkerEnvironment environment) => Variable is null ? [Text] : Variable.Values(environment);

    public override string ToString()
    {
        if (Variable is not null) return Variable.Name;
        return Text.Contains('"', StringComparison.Ordinal) ? $"'{Text}'" : $"\"{Text}\"";
    }
}

/// <summary>A comparison.</summary>
/// <param name="Symbol">As it is written, <c>not in</c> with one blank.</param>
/// <param name="Operator">The comparison of versions that it is; null for <c>in</c> and <c>not in</c>.</param>
/// <param name="Position">Where the symbol stands in the text that was read.</param>
sealed record MarkerComparison(MarkerOperand Left, string Symbol, VersionOperator? Operator, MarkerOperand Right, int Position) : MarkerExpression
{
    public override Result<bool> Evaluate(MarkerEnvironment environment)
    {
        if (Left.ValuesIn(environment) is not { } left) return NoValue(Left);
        if (Right.ValuesIn(environment) is not { } right) return NoValue(Right);
        if (Left.Variable?.Type is MarkerType.Set || (Right.Variable?.Type is MarkerType.Set && Operator is not null)) return Undefined();
        var candidate = left.First();
        if (Right.Variable?.Type is MarkerType.Set)
            return right.Select(PackageName.NormalForm).Contains(PackageName.NormalForm(candidate), StringComparer.Ordinal) == (Symbol == "in");
        return Compare(candidate, right.First());
    }

    public override string ToString() => $"{Left} {Symbol} {Right}";

    private Result<bool> Compare(string left, string right)
    {
        if (Left.Variable?.Type is MarkerType.Extra || Right.Variable?.Type is MarkerType.Extra)
            (left, right) = (PackageName.NormalForm(left), PackageName.NormalForm(right));
        if (Operator is not { } compare) return right.Contains(left, StringComparison.Ordinal) == (Symbol == "in");
        if (ComparesVersions)
        {
            if (compare is VersionOperator.Arbitrary) return string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
            if (VersionSpecifier.Of(compare, right) is { } clause && PackageVersion.TryParse(left) is { } version) return clause.Matches(version);
        }
        // Strings have no order: <= and >= are ==, and < and > never hold.
        return compare switch
        {
            VersionOperator.Matching or VersionOperator.AtMost or VersionOperator.AtLeast => left == right,
            VersionOperator.Exclusion => left != right,
            VersionOperator.Before or VersionOperator.After => false,
            _ => Undefined(),
        };
    }

    private bool ComparesVersions =>
        Left.Variable?.Type is MarkerType.Version || Right.Variable?.Type is MarkerType.Version || (Left.Variable is null && Right.Variable is null);

    private Error.Invalid NoValue(MarkerOperand operand) =>
        new("bad_marker", $"The marker variable '{operand.Text}' has no value here.", "marker", Position);

    private Error.Invalid Undefined() =>
        new("bad_marker", $"The marker compares by {Symbol} what cannot be compared so: {FilePath.Show(ToString())}.", "marker", Position);
}
