using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>The headers of a message (RFC 822 as Python's <c>email</c> reads it): what METADATA and WHEEL are made of.</summary>
sealed class HeaderBlock
{
    private readonly List<(string Name, string Value)> _headers = [];

    /// <summary>The first header of a name, in whatever case; null where there is none.</summary>
    public string? First(string name) => All(name).FirstOrDefault();

    public IEnumerable<string> All(string name) =>
        _headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);

    /// <summary>Reads headers up to the first empty line or the end. Error: <c>bad_header</c>, in words that follow what the text is.</summary>
    public static Result<HeaderBlock> Parse(string text, int most)
    {
        var block = new HeaderBlock();
        var number = 0;
        using var lines = new StringReader(text);
        while (lines.ReadLine() is { Length: > 0 } line)
        {
            number++;
            if (line.Contains('\0', StringComparison.Ordinal)) return Bad($"has a character in line {number} that no text has");
            if (line[0] is ' ' or '\t')
            {
                if (block._headers is not [.., var (name, value)]) return Bad($"has a line {number} that goes on what was never begun");
                // Joined line by line: a description may be one header of ten thousand lines.
                block.Continue(name, value, line, lines, ref number);
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) return Bad($"has a line {number} that is no header: '{FilePath.Show(line)}'");
            if (block._headers.Count == most) return Bad($"has more than {most} headers");
            block._headers.Add((line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }
        return block;
    }

    private void Continue(string name, string value, string line, StringReader lines, ref int number)
    {
        var parts = new List<string> { value, line.Trim() };
        while (lines.Peek() is ' ' or '\t')
        {
            parts.Add(lines.ReadLine()!.Trim());
            number++;
        }
        _headers[^1] = (name, string.Join('\n', parts));
    }

    private static Error.Invalid Bad(Sentence why) => new("bad_header", why, "wheel");
}
