using System.Collections.Frozen;
using System.Text;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Projects;

/// <summary>The path of a file within a project: relative, <c>/</c>-separated, in Unicode normal form C.</summary>
public readonly record struct FilePath : IComparable<FilePath>
{
    private const string HubFolder = ".hub";

    // Device names of Windows, with or without an ending: an archive must unpack there too.
    private static readonly FrozenSet<string> s_devices = new[] { "con", "prn", "aux", "nul" }
        .Concat(Enumerable.Range(0, 10).SelectMany(n => new[] { $"com{n}", $"lpt{n}" }))
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private FilePath(string value) => Value = value;

    /// <summary>The path as text.</summary>
    public string Value { get; }

    /// <summary>Whether two paths that differ by case alone would have this same key.</summary>
    public string CaseKey => Value.ToUpperInvariant();

    /// <summary>
    /// Reads a path. Errors: <c>absolute_path</c>, <c>path_traversal</c>, <c>bad_name</c> (control characters, reserved
    /// names, empty segments, too long or too deep, the hub's own <c>/.hub/</c>).
    /// </summary>
    public static Result<FilePath> Parse(string text)
    {
        if (text.Length == 0) return Bad(text, "is empty");
        if (text[0] is '/' or '\\' || (text.Length > 1 && text[1] == ':' && char.IsAsciiLetter(text[0])))
            return new Error.Invalid("absolute_path", $"The path '{Show(text)}' is absolute. Paths are relative to the project.");
        if (!IsWellFormed(text)) return Bad(text, "is not valid Unicode");
        var path = text.Normalize(NormalizationForm.FormC);
        if (path.Split('/', '\\').Any(segment => segment == ".."))
            return new Error.Invalid("path_traversal", $"The path '{Show(text)}' leaves the project.");
        if (Encoding.UTF8.GetByteCount(path) > ProjectLimits.PathBytes)
            return Bad(text, $"is longer than {ProjectLimits.PathBytes} bytes");
        var segments = path.Split('/');
        if (segments.Length > ProjectLimits.PathDepth) return Bad(text, $"is more than {ProjectLimits.PathDepth} folders deep");
        foreach (var segment in segments)
        {
            if (RefuseSegment(segment) is { } why) return Bad(text, why);
        }
        if (string.Equals(segments[0], HubFolder, StringComparison.OrdinalIgnoreCase))
            return Bad(text, "begins with .hub, which is the hub's own");
        return new FilePath(path);
    }

    /// <summary>Takes a path that was checked before it was stored.</summary>
    public static FilePath FromStored(string value) => new(value);

    public override string ToString() => Value;

    public int CompareTo(FilePath other) => string.CompareOrdinal(Value, other.Value);

    private static Sentence? RefuseSegment(string segment)
    {
        if (segment.Length == 0) return "has an empty segment";
        if (segment == ".") return "has a segment that is a dot";
        if (segment.Any(c => char.IsControl(c) || c is '<' or '>' or ':' or '"' or '|' or '?' or '*' or '\\'))
            return "has a character that file names may not have (control characters and < > : \" | ? * \\)";
        if (ReadableText.Misleads(segment)) return "has a character that changes how it is read";
        if (segment[^1] is '.' or ' ' || segment[0] == ' ') return "has a segment that begins or ends with a space, or ends with a dot";
        var dot = segment.IndexOf('.', StringComparison.Ordinal);
        return s_devices.Contains(dot < 0 ? segment : segment[..dot]) ? "has a name that Windows reserves" : null;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }
        return true;
    }

    private static Error.Invalid Bad(string path, Sentence why) => new("bad_name", $"The path '{Show(path)}' {why}.");

    /// <summary>A name that was refused, as it may be shown: short, and unable to steer a terminal.</summary>
    public static string Show(string path)
    {
        var shown = new string(path.Take(80).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c).ToArray());
        return path.Length > 80 ? shown + "…" : shown;
    }
}
