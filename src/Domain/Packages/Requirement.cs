using System.Text;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>What a distribution or a config asks for (PEP 508; packaging.python.org, "Dependency specifiers").</summary>
/// <param name="Extras">In their normal form (PEP 685), each once.</param>
/// <param name="Versions">Every version where none are named.</param>
/// <param name="Url">The address of a direct reference, as it is written; null where the distribution is looked up by its name.</param>
/// <param name="Marker">Null where it always counts.</param>
public sealed record Requirement(PackageName Name, IReadOnlyList<string> Extras, VersionSpecifiers Versions, string? Url, Marker? Marker)
{
    /// <summary>The longest requirement that is read, in characters.</summary>
    public const int MaximumLength = GrammarReader.MaximumLength;

    private const string What = "requirement";

    /// <summary>Reads a requirement. Error: <c>bad_requirement</c>, with the position of what is wrong.</summary>
    public static Result<Requirement> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (GrammarReader.RefuseLength(text, "bad_requirement", What) is { } tooLong) return tooLong;
        var reader = new GrammarReader(text);
        return Read(reader) is { } requirement ? requirement : reader.Error("bad_requirement", What);
    }

    /// <summary>The requirement in one spelling; the name as it was written.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Name.Display);
        if (Extras.Count > 0) text.Append('[').AppendJoin(',', Extras).Append(']');
        if (Url is not null) text.Append(" @ ").Append(Url);
        if (Versions.Clauses.Count > 0) text.Append(Versions);
        // After an address, a semicolon without a blank before it would be the address's own.
        if (Marker is not null) text.Append(Url is null ? "; " : " ; ").Append(Marker);
        return text.ToString();
    }

    private static Requirement? Read(GrammarReader reader)
    {
        reader.SkipSpace();
        if (ReadName(reader) is not { } name) return null;
        reader.SkipSpace();
        if (ReadExtras(reader) is not { } extras) return null;
        reader.SkipSpace();
        string? url = null;
        var versions = VersionSpecifiers.Any;
        if (reader.Take("@"))
        {
            url = ReadUrl(reader);
            if (url is null) return null;
        }
        else if (reader.Ahead is '(' or '~' or '=' or '!' or '<' or '>')
        {
            if (ReadVersions(reader) is not { } read) return null;
            versions = read;
        }
        reader.SkipSpace();
        Marker? marker = null;
        if (reader.Take(";"))
        {
            marker = Marker.Read(reader);
            if (marker is null) return null;
        }
        if (reader.IsAtEnd) return new Requirement(name, extras, versions, url, marker);
        reader.Fail(url is null
            ? "after a name come extras, versions, '@' and an address, or ';' and a marker"
            : "after an address comes ';' and a marker, or the end");
        return null;
    }

    private static PackageName? ReadName(GrammarReader reader)
    {
        var start = reader.Position;
        var text = reader.TakeName();
        if (text.Length == 0) reader.Fail("a name is missing, which begins with a letter or a digit");
        else if (PackageName.Parse(text) is { IsOk: true, Value: var name }) return name;
        else reader.Fail($"the name is longer than {PackageName.MaximumLength} characters", start + PackageName.MaximumLength);
        return null;
    }

    // Null where the reader has noted what is wrong.
    private static List<string>? ReadExtras(GrammarReader reader)
    {
        var extras = new List<string>();
        if (!reader.Take("[")) return extras;
        reader.SkipSpace();
        if (reader.Take("]")) return extras;
        do
        {
            reader.SkipSpace();
            if (ReadName(reader) is not { } extra) return null;
            extras.Add(extra.Key);
            reader.SkipSpace();
        }
        while (reader.Take(","));
        if (reader.Take("]")) return [.. extras.Distinct(StringComparer.Ordinal)];
        reader.Fail("a comma or a closing bracket is missing after the extra");
        return null;
    }

    private static VersionSpecifiers? ReadVersions(GrammarReader reader)
    {
        var isEnclosed = reader.Take("(");
        if (VersionSpecifiers.Read(reader) is not { } versions) return null;
        if (!isEnclosed || reader.Take(")")) return versions;
        reader.Fail("a closing parenthesis is missing");
        return null;
    }

    // It ends at the first blank ("Whitespace").
    private static string? ReadUrl(GrammarReader reader)
    {
        reader.SkipSpace();
        var url = reader.TakeWhile(MayBeInUrl);
        if (url.Length == 0) reader.Fail("an address is missing");
        else if (reader.IsAtEnd || reader.Ahead is ' ' or '\t') return url;
        else reader.Fail("an address may not have this character");
        return null;
    }

    // RFC 3986: unreserved and reserved characters, and the percent sign.
    private static bool MayBeInUrl(char c) => char.IsAsciiLetterOrDigit(c) || "-._~:/?#[]@!$&'()*+,;=%".Contains(c, StringComparison.Ordinal);
}
