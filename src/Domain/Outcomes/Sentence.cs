using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace PyScriptHub.Domain.Outcomes;

/// <summary>
/// What is said to people: English with places for values, so that the same can be said in their language. An interpolated string
/// becomes one by itself; so does any other text.
/// </summary>
[InterpolatedStringHandler]
public sealed class Sentence : IEquatable<Sentence>
{
    private readonly StringBuilder _format;
    private readonly List<object?> _values;

    public Sentence(int literalLength, int formattedCount) =>
        (_format, _values) = (new StringBuilder(literalLength + (3 * formattedCount)), new List<object?>(formattedCount));

    /// <summary>The English text, each value as <c>{0}</c>, <c>{1}</c> …: the key of its translations.</summary>
    public string Format => _format.ToString();

    /// <summary>What stands in the places; one that is a sentence itself is translated too.</summary>
    public IReadOnlyList<object?> Values => _values;

    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Sentence?(string? text)
    {
        if (text is null) return null;
        var sentence = new Sentence(text.Length, 0);
        sentence.AppendLiteral(text);
        return sentence;
    }

    /// <summary>A text that is translated as a whole: a noun in it would not decline by itself.</summary>
    public static Sentence Whole(string text) => text;

    public void AppendLiteral(string text) => _format.Append(text);

    public void AppendFormatted<T>(T value)
    {
        _format.Append(CultureInfo.InvariantCulture, $"{{{_values.Count}}}");
        _values.Add(value);
    }

    /// <summary>The sentence in another language.</summary>
    /// <param name="translate">Format → its translation, with the same places.</param>
    public string In(Func<string, string> translate)
    {
        ArgumentNullException.ThrowIfNull(translate);
        var format = translate(Format);
        // A text without places is no format: it may hold braces of its own.
        return _values.Count == 0 ? format : string.Format(
            CultureInfo.CurrentCulture, format, [.. _values.Select(value => value is Sentence inner ? inner.In(translate) : value)]);
    }

    /// <summary>Whether the other says the same of the same values.</summary>
    public bool Equals(Sentence? other) => other is not null && Format == other.Format && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as Sentence);

    public override int GetHashCode() => Format.GetHashCode(StringComparison.Ordinal);

    /// <summary>The sentence in English.</summary>
    public override string ToString() => _values.Count == 0 ? Format : string.Format(CultureInfo.InvariantCulture, Format, [.. _values]);
}
