using System.Text;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>
/// Puts together what a Python thread writes to stderr line by line: an event loop that loses a task prints its traceback there,
/// and nothing is thrown.
/// </summary>
sealed class StderrLines
{
    private const int MostLines = 300;
    private const int MostLetters = 100_000;

    private const string Head = "Traceback (most recent call last):";

    // What precedes the traceback of an error that nobody could catch any more, in either interpreter.
    private static readonly string[] s_lost =
    [
        "Task exception was never retrieved", "Task exception wasn't retrieved", "Future exception was never retrieved", "Exception in callback",
        "Unhandled exception in event loop", "Unhandled error in event loop",
    ];

    private readonly StringBuilder _traceback = new();
    private int _lines;
    private bool _isLost;

    /// <summary>Takes a line; gives the traceback that it ends.</summary>
    /// <returns>The traceback, and whether the program could not have printed it itself.</returns>
    public (string Traceback, bool IsLost)? Add(string text)
    {
        (string, bool)? ended = null;
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (Array.Exists(s_lost, head => line.StartsWith(head, StringComparison.Ordinal)))
            {
                (_isLost, _lines) = (true, 0);
            }
            else if (line == Head)
            {
                _traceback.Clear().Append(line);
                _lines = 1;
            }
            else if (_lines > 0)
            {
                _traceback.Append('\n').Append(line);
                if (line.StartsWith(' ') && ++_lines < MostLines && _traceback.Length < MostLetters) continue;
                ended ??= (_traceback.ToString(), _isLost);
                (_isLost, _lines) = (false, 0);
            }
        }
        return ended;
    }
}
