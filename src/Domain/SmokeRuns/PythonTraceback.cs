using System.Globalization;
using System.Text.RegularExpressions;

namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>A frame of a traceback.</summary>
/// <param name="Function">Empty where Python named none.</param>
public sealed record TracebackFrame(string File, int Line, string Function);

/// <summary>A Python error as either interpreter prints it.</summary>
/// <param name="Type">The exception's class without its module.</param>
/// <param name="Message">What it says, one line.</param>
/// <param name="Text">The traceback, without the frames of what runs the code.</param>
public sealed partial record PythonTraceback(string Type, string Message, string Text, IReadOnlyList<TracebackFrame> Frames)
{
    private const string Head = "Traceback (most recent call last):";

    /// <summary>Reads the first traceback of a text; null where there is none.</summary>
    public static PythonTraceback? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.IndexOf(Head, StringComparison.Ordinal);
        if (start < 0) return null;
        var lines = text[start..].ReplaceLineEndings("\n").TrimEnd().Split('\n');
        var (end, headline) = Headline(lines);
        var body = string.Join('\n', lines[..end]).TrimEnd();
        body = Runners().Replace(body, "${head}");
        var frames = Frame().Matches(body)
            .Select(match => int.TryParse(match.Groups["line"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var line)
                ? new TracebackFrame(match.Groups["file"].Value, line, match.Groups["function"].Value)
                : null)
            .OfType<TracebackFrame>();
        var colon = headline.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? headline : headline[..colon];
        return new PythonTraceback(
            name[(name.LastIndexOf('.') + 1)..].Trim(), colon < 0 ? "" : headline[(colon + 1)..].Trim(), body, [.. frames]);
    }

    // The line on which the last exception of a chain says what happened, and where the text of Python ends: what follows in a
    // browser is JavaScript's own stack.
    private static (int End, string Headline) Headline(string[] lines)
    {
        var from = Array.LastIndexOf(lines, Head) + 1;
        var at = Array.FindIndex(lines, from, line => Exception().IsMatch(line));
        if (at < 0) return (lines.Length, "Exception");
        var end = Array.FindIndex(lines, at + 1, line => JavaScriptFrame().IsMatch(line));
        return (end < 0 ? lines.Length : end, lines[at]);
    }

    [GeneratedRegex("""^ *File "(?<file>[^"\n]{1,500})", line (?<line>\d{1,7})(?:, in (?<function>[^\n]{1,200}))?""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Frame();

    [GeneratedRegex(@"^[A-Za-z_][\w.]*(:|$)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Exception();

    [GeneratedRegex(@"^ {4}at ", RegexOptions.None, 1_000)]
    private static partial Regex JavaScriptFrame();

    // The frames with which Pyodide begins a traceback: how it runs code, and not what the code does.
    [GeneratedRegex("""(?<head>Traceback \(most recent call last\):\n)(?: {2}File "[^"\n]{0,200}/_pyodide/[^"\n]{0,200}", line \d{1,7}, in [^\n]*\n(?: {4}[^\n]*\n)*)+""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Runners();
}
