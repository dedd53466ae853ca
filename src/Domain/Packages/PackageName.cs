using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>
/// The name of a distribution, by the <c>Name</c> rule of the core metadata (packaging.python.org, "Names and normalization"). Two
/// names are one where their normal forms are (PEP 503).
/// </summary>
public readonly record struct PackageName : IComparable<PackageName>
{
    /// <summary>The longest name that is taken, in characters; the standard sets no bound.</summary>
    public const int MaximumLength = 200;

    private PackageName(string display) => (Display, Key) = (display, NormalForm(display));

    /// <summary>The name as it was written.</summary>
    public string Display { get; }

    /// <summary>The normal form of PEP 503, under which the name is kept and compared.</summary>
    public string Key { get; }

    /// <summary>Reads a name. Error: <c>bad_name</c>, with the position of the character that a name may not have.</summary>
    public static Result<PackageName> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) return Bad(text, "is empty", 0);
        if (text.Length > MaximumLength) return Bad(text, $"is longer than {MaximumLength} characters", MaximumLength);
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && !IsSeparator(text[i]))
                return Bad(text, "has a character other than the letters A to Z, digits, '.', '-' and '_'", i);
        }
        if (IsSeparator(text[0])) return Bad(text, "does not begin with a letter or a digit", 0);
        return IsSeparator(text[^1]) ? Bad(text, "does not end with a letter or a digit", text.Length - 1) : new PackageName(text);
    }

    /// <summary>
    /// The normal form of PEP 503 of any text: lower case, and one hyphen for each run of <c>.</c>, <c>-</c> and <c>_</c>. Names of
    /// extras are compared by it too (PEP 685).
    /// </summary>
    public static string NormalForm(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var normal = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!IsSeparator(c)) normal.Append(char.IsAscii(c) ? char.ToLowerInvariant(c) : c);
            else if (normal is not [.., '-']) normal.Append('-');
        }
        return normal.ToString();
    }

    /// <summary>Takes a name that was checked before it was stored.</summary>
    public static PackageName FromStored(string display) => new(display);

    public bool Equals(PackageName other) => Key == other.Key;

    public override int GetHashCode() => Key?.GetHashCode(StringComparison.Ordinal) ?? 0;

    public int CompareTo(PackageName other) => string.CompareOrdinal(Key, other.Key);

    /// <summary>The name as it was written.</summary>
    public override string ToString() => Display;

    internal static bool IsSeparator(char c) => c is '.' or '-' or '_';

    private static Error.Invalid Bad(string name, Sentence why, int position) =>
        new("bad_name", $"The package name '{FilePath.Show(name)}' {why}.", "name", position);
}
