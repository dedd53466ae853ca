namespace PyScriptHub.Infrastructure.Browser;

/// <summary>
/// How much a browser may tell of one page: honest ones stay far below, since what they print is bounded before it gets here. Used from
/// any thread.
/// </summary>
sealed class EventMeter
{
    /// <summary>Lines, requests, errors, workers, frames, messages of the probe: together.</summary>
    public const int MostEvents = 50_000;

    /// <summary>What they say, in UTF-16 code units.</summary>
    public const int MostLetters = 32_000_000;

    private readonly Lock _gate = new();
    private int _events;
    private int _letters;
    private bool _isOver;

    /// <summary>Counts an event.</summary>
    /// <returns>Null while it is not too much; else whether this is the first that is.</returns>
    public bool? Add(int letters)
    {
        lock (_gate)
        {
            if (_isOver) return false;
            _events++;
            _letters += Math.Min(letters, MostLetters + 1);
            _isOver = _events > MostEvents || _letters > MostLetters;
            return _isOver ? true : null;
        }
    }
}
