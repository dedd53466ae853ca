using System.Diagnostics;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>On which lines of its files a project's inline scripts begin.</summary>
/// <param name="texts">The texts of the files, by path.</param>
/// <param name="patience">How long to look, all in all: a page can be written so that this takes long.</param>
sealed class ScriptLines(IReadOnlyDictionary<string, string> texts, TimeSpan patience)
{
    private readonly Dictionary<string, string> _texts = texts.ToDictionary(pair => pair.Key, pair => pair.Value.ReplaceLineEndings("\n"), StringComparer.Ordinal);
    private readonly Dictionary<string, (int At, int Line)> _ends = new(StringComparer.Ordinal);
    private readonly Stopwatch _passed = Stopwatch.StartNew();

    /// <summary>The text of a file with line feeds between its lines; null where it is not known.</summary>
    public string? TextOf(string file) => _texts.GetValueOrDefault(file);

    /// <summary>The line, from 1, on which this text begins; null where it does not stand in the file. Of several places it is the first after that of the last call, since scripts are asked for in their order.</summary>
    public int? LineOf(string file, string text)
    {
        if (TextOf(file) is not { } all || _passed.Elapsed > patience) return null;
        var (from, line) = _ends.GetValueOrDefault(file, (0, 1));
        var at = all.IndexOf(text, from, StringComparison.Ordinal);
        if (at < 0)
        {
            (from, line) = (0, 1);
            at = all.IndexOf(text, StringComparison.Ordinal);
        }
        if (at < 0) return null;
        line += all.AsSpan(from, at - from).Count('\n');
        // Not past its end: what follows may begin in what this one's beginning, where that was cut, shares with it.
        _ends[file] = (at + 1, line + (all[at] == '\n' ? 1 : 0));
        return line;
    }
}
