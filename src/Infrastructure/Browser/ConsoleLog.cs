using System.Globalization;
using System.Text;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>The first 256 KB of what a page printed; how much more it was is counted.</summary>
sealed class ConsoleLog
{
    private const int MostBytes = 256 * 1024;

    // An error that comes after a flood is still wanted.
    private const int ForErrors = 32 * 1024;
    private const int LongestLine = 10_000;
    private const string InWasm = ":wasm-function[";

    // Each line costs its frame in the row too.
    private const int Frame = 40;

    private readonly List<ConsoleLine> _lines = [];
    private int _bytes;
    private long _dropped;

    public void Add(string level, string text)
    {
        text = WithoutFrames(text);
        if (text.Length > LongestLine) text = text[..LongestLine] + "…";
        // PostgreSQL's JSON has no NUL.
        text = text.Replace('\0', '\uFFFD');
        var size = Encoding.UTF8.GetByteCount(text) + Frame;
        if (_bytes + size > (level == "error" ? MostBytes : MostBytes - ForErrors))
        {
            _dropped++;
            return;
        }
        _bytes += size;
        _lines.Add(new ConsoleLine(level, text));
    }

    // What follows a Python traceback is how the browser got there, of which nobody reads twenty lines.
    private static string WithoutFrames(string text)
    {
        if (!text.Contains(InWasm, StringComparison.Ordinal)) return text;
        var lines = text.Split('\n');
        var kept = Array.FindAll(lines, line => !line.Contains(InWasm, StringComparison.Ordinal));
        return string.Join('\n', kept) + string.Create(CultureInfo.InvariantCulture, $"\n    … {lines.Length - kept.Length} frames of the interpreter's own");
    }

    /// <summary>All lines, with one more that says what is missing.</summary>
    /// <param name="droppedBefore">Lines that did not even come here.</param>
    public IReadOnlyList<ConsoleLine> Lines(long droppedBefore)
    {
        var dropped = _dropped + droppedBefore;
        return dropped == 0 ? [.. _lines] : [.. _lines, new ConsoleLine("warn", $"{dropped.ToString("N0", CultureInfo.InvariantCulture)} more lines were printed and not kept.")];
    }
}
