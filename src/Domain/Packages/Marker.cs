using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>The condition under which a requirement counts (PEP 508; packaging.python.org, "Dependency specifiers", "Environment Markers").</summary>
public sealed class Marker
{
    /// <summary>How deep parentheses may stand in each other.</summary>
    public const int MaximumDepth = 50;

    private readonly MarkerExpression _expression;

    private Marker(MarkerExpression expression) => _expression = expression;

    /// <summary>Reads a marker. Error: <c>bad_marker</c>, with the position of what is wrong.</summary>
    public static Result<Marker> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (GrammarReader.RefuseLength(text, "bad_marker", "marker") is { } tooLong) return tooLong;
        var reader = new GrammarReader(text);
        return Read(reader) is { } marker ? marker : reader.Error("bad_marker", "marker");
    }

    /// <summary>
    /// Whether it holds. Error: <c>bad_marker</c>, where a variable has no value in this environment or a comparison has no meaning,
    /// such as <c>"dog" ~= "fred"</c>.
    /// </summary>
    public Result<bool> Evaluate(MarkerEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return _expression.Evaluate(environment);
    }

    /// <summary>
    /// Whether it holds in the metadata of a distribution that is asked for with these extras: for one of them, or for none where
    /// there are none.
    /// </summary>
    public Result<bool> Evaluate(MarkerEnvironment environment, IReadOnlyCollection<string> extras)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(extras);
        Result<bool> result = false;
        foreach (var extra in extras.DefaultIfEmpty(""))
        {
            result = Evaluate(environment with { Extra = extra });
            if (!result.IsOk || result.Value) break;
        }
        return result;
    }

    /// <summary>The marker with one blank between its parts, double quotation marks and today's names of variables.</summary>
    public override string ToString() => _expression.ToString()!;

    /// <summary>Reads a marker up to the end of the text; null where the reader has noted what is wrong.</summary>
    internal static Marker? Read(GrammarReader reader)
    {
        var expression = ReadOr(reader, 0);
        if (expression is null) return null;
        if (reader.IsAtEnd) return new Marker(expression);
        reader.Fail("after a comparison comes 'and', 'or' or the end");
        return null;
    }

    private static MarkerExpression? ReadOr(GrammarReader reader, int depth) =>
        ReadJunction(reader, needsAll: false, () => ReadJunction(reader, needsAll: true, () => ReadExpression(reader, depth)));

    private static MarkerExpression? ReadJunction(GrammarReader reader, bool needsAll, Func<MarkerExpression?> readPart)
    {
        var parts = new List<MarkerExpression>();
        do
        {
            if (readPart() is not { } part) return null;
            parts.Add(part);
            reader.SkipSpace();
        }
        while (reader.TakeWord(needsAll ? "and" : "or"));
        return parts is [var only] ? only : new MarkerJunction(needsAll, parts);
    }

    private static MarkerExpression? ReadExpression(GrammarReader reader, int depth)
    {
        reader.SkipSpace();
        if (!reader.Take("(")) return ReadComparison(reader);
        if (depth == MaximumDepth)
        {
            reader.Fail($"more than {MaximumDepth} parentheses stand in each other", reader.Position - 1);
            return null;
        }
        var inner = ReadOr(reader, depth + 1);
        if (inner is null || reader.Take(")")) return inner;
        reader.Fail("a closing parenthesis is missing");
        return null;
    }

    private static MarkerComparison? ReadComparison(GrammarReader reader)
    {
        if (ReadOperand(reader) is not { } left) return null;
        reader.SkipSpace();
        var position = reader.Position;
        if (ReadSymbol(reader) is not var (symbol, comparison)) return null;
        reader.SkipSpace();
        return ReadOperand(reader) is { } right ? new MarkerComparison(left, symbol, comparison, right, position) : null;
    }

    private static (string Symbol, VersionOperator? Operator)? ReadSymbol(GrammarReader reader)
    {
        if (VersionSpecifier.ReadOperator(reader) is { } comparison) return (VersionSpecifier.SymbolOf(comparison), comparison);
        if (reader.TakeWord("in")) return ("in", null);
        if (reader.TakeWord("not"))
        {
            reader.SkipSpace();
            if (reader.TakeWord("in")) return ("not in", null);
        }
        reader.Fail("a comparison is missing, one of ~= == != <= >= < > === in, not in");
        return null;
    }

    private static MarkerOperand? ReadOperand(GrammarReader reader)
    {
        var start = reader.Position;
        if (reader.Ahead is '"' or '\'') return ReadQuoted(reader);
        var word = reader.TakeWord();
        if (MarkerVariable.Find(word) is { } variable) return new MarkerOperand(variable, word);
        if (word.Length == 0) reader.Fail("a marker variable or a quoted text is missing");
        else reader.Fail($"there is no marker variable '{FilePath.Show(word)}'", start);
        return null;
    }

    private static MarkerOperand? ReadQuoted(GrammarReader reader)
    {
        var start = reader.Position;
        var quote = reader.Ahead == '\'' ? "'" : "\"";
        reader.Take(quote);
        var text = reader.TakeWhile(c => c != quote[0] && MayBeQuoted(c));
        if (reader.Take(quote)) return new MarkerOperand(null, text);
        if (reader.IsAtEnd) reader.Fail("this quotation mark is not closed", start);
        else reader.Fail("a quoted text may not have this character");
        return null;
    }

    // python_str_c of the grammar and the other quotation mark: printable ASCII without the backslash, blank and tab.
    private static bool MayBeQuoted(char c) => c is '\t' or >= ' ' and <= '~' and not '\\';
}
