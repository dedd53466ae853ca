using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>A text that is read from left to right, with the first place at which it does not follow its grammar.</summary>
sealed class GrammarReader(string text)
{
    /// <summary>The longest text that is read, in characters: the longest that packages have are about a thousand.</summary>
    public const int MaximumLength = 8_000;

    private Sentence? _why;
    private int _position;

    public int Position { get; private set; }

    public bool IsAtEnd => Position >= text.Length;

    /// <summary>The character ahead; NUL at the end, which no grammar here takes.</summary>
    public char Ahead => IsAtEnd ? '\0' : text[Position];

    /// <summary>Goes over blanks and tabs: a requirement is one line ("Dependency specifiers", "Whitespace").</summary>
    public void SkipSpace()
    {
        while (Ahead is ' ' or '\t') Position++;
    }

    public bool Take(string symbol)
    {
        if (!text.AsSpan(Position).StartsWith(symbol, StringComparison.Ordinal)) return false;
        Position += symbol.Length;
        return true;
    }

    /// <summary>Takes a word that does not go on after it.</summary>
    public bool TakeWord(string word)
    {
        var end = Position + word.Length;
        return (end >= text.Length || !IsWordPart(text[end])) && Take(word);
    }

    public string TakeWhile(Func<char, bool> isPart)
    {
        var start = Position;
        while (!IsAtEnd && isPart(text[Position])) Position++;
        return text[start..Position];
    }

    /// <summary>The word ahead: letters, digits, underscores and dots.</summary>
    public string TakeWord() => TakeWhile(IsWordPart);

    /// <summary>The name ahead, which ends with a letter or a digit; empty where there is none.</summary>
    public string TakeName()
    {
        var start = Position;
        if (!char.IsAsciiLetterOrDigit(Ahead)) return "";
        var name = TakeWhile(c => char.IsAsciiLetterOrDigit(c) || PackageName.IsSeparator(c)).TrimEnd('.', '-', '_');
        Position = start + name.Length;
        return name;
    }

    /// <summary>Notes what is wrong where the reader stands, or elsewhere. The first fault counts.</summary>
    public void Fail(Sentence why, int? position = null)
    {
        if (_why is not null) return;
        (_why, _position) = (why, position ?? Position);
    }

    /// <summary>What was noted, as an error of the text as a whole.</summary>
    /// <param name="code">The error's word.</param>
    /// <param name="what">What the text is: it names the field too.</param>
    public Error.Invalid Error(string code, string what)
    {
        Sentence why = _why ?? "it does not follow the grammar";
        return new Error.Invalid(code, $"'{FilePath.Show(text)}' cannot be read at character {_position + 1}: {why}.", what, _position);
    }

    /// <summary>Refuses a text that is longer than any that is meant; null where it may be read.</summary>
    public static Error.Invalid? RefuseLength(string text, string code, string what) => text.Length <= MaximumLength ? null
        : new Error.Invalid(code, $"'{FilePath.Show(text)}' is longer than {MaximumLength} characters.", what, MaximumLength);

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.';
}
