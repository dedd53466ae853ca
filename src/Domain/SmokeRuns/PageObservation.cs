namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>Where a script of a page runs, and how.</summary>
public enum ScriptKind
{
    /// <summary>On the page's own thread.</summary>
    Main,

    /// <summary>In a worker.</summary>
    Worker,

    /// <summary>An editor, which boots nothing before it is run.</summary>
    Editor,

    /// <summary>A PyGame script.</summary>
    Game,
}

/// <summary>A script that a page had.</summary>
/// <param name="Id">Its number on the page, from 0 in the order in which it was met.</param>
/// <param name="Interpreter">What runs it.</param>
/// <param name="IsBare">PolyScript's own, without PyScript: it runs in the interpreter that the page names, whatever was asked for.</param>
/// <param name="File">The project's file that holds it: its <c>src</c>, or the page where it is inline; null where it is none of the project's.</param>
/// <param name="FirstLine">The line of <paramref name="File"/> that Python calls its first; null where that could not be found out.</param>
/// <param name="Text">Its Python, as far as it was read.</param>
/// <param name="ReadyMs">Milliseconds from the navigation until its code was begun; null where it was not.</param>
/// <param name="DoneMs">Milliseconds from the navigation until it ended; null where it did not.</param>
public sealed record SeenScript(
    int Id, ScriptKind Kind, Interpreter Interpreter, bool IsBare, string? File, int? FirstLine, string Text, int? ReadyMs, int? DoneMs);

/// <summary>Where an error was seen.</summary>
public enum ErrorPlace
{
    /// <summary>Python's, as its interpreter threw it.</summary>
    Python,

    /// <summary>What PyScript itself shows in the page: a config, a file that is not there.</summary>
    PyScript,

    /// <summary>The page's JavaScript: nobody caught it.</summary>
    JavaScript,
}

/// <summary>An error that a page showed.</summary>
/// <param name="Script">The script that it came from, by its id; null where that is not known.</param>
public sealed record SeenError(ErrorPlace Place, string Text, int? Script, int AtMs);

/// <summary>A request that failed, or that wanted a host other than the hub's.</summary>
/// <param name="Purpose">What for, in words: <c>a script</c>, <c>data</c>.</param>
/// <param name="IsRefused">An outside host, to which the request did not get.</param>
/// <param name="IsNeeded">Python or JavaScript may fail for lack of it: not so for what is only looked at.</param>
public sealed record SeenRequest(string Url, string Reason, string Purpose, bool IsRefused, bool IsNeeded, int AtMs);

/// <summary>How the observation of a page ended.</summary>
public enum PageEnd
{
    /// <summary>There was nothing more to wait for.</summary>
    Settled,

    /// <summary>Nothing happened any more, and something that had to come had not come.</summary>
    Stalled,

    /// <summary>The time was over.</summary>
    OutOfTime,

    /// <summary>The page loaded itself or another page again and again.</summary>
    Reloading,

    /// <summary>The page closed itself.</summary>
    Closed,

    /// <summary>The page's process broke down: for lack of memory, most often.</summary>
    Crashed,

    /// <summary>The page went away, to what is not of its project.</summary>
    Left,

    /// <summary>The page printed, asked for or made so much that it was ended.</summary>
    Flooded,
}

/// <summary>What was seen of a page from its opening on. The page itself may have forged any of it but what was fetched.</summary>
public sealed record PageObservation
{
    /// <summary>What the page was asked to run in.</summary>
    public required Interpreter Interpreter { get; init; }

    /// <summary>The page's path within the project.</summary>
    public required string Page { get; init; }

    /// <summary>The address of the project's root, which ends in a slash.</summary>
    public string Root { get; init; } = "";

    /// <summary>The paths of the project's files.</summary>
    public IReadOnlySet<string> Files { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>What the config writes where in the interpreter's own folder: path there to path in the project.</summary>
    public IReadOnlyDictionary<string, string> Targets { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public required PageEnd End { get; init; }

    /// <summary>Where the page went, for <see cref="PageEnd.Left"/>; how often it was loaded, for <see cref="PageEnd.Reloading"/>.</summary>
    public string? EndDetail { get; init; }

    /// <summary>Whether the page's thread answered when it was asked last.</summary>
    public bool Answers { get; init; } = true;

    /// <summary>The interpreters whose files came from the hub, and were used.</summary>
    public IReadOnlyCollection<Interpreter> Loaded { get; init; } = [];

    /// <summary>Whether PyScript's or PolyScript's own files came from the hub.</summary>
    public bool IsCoreLoaded { get; init; }

    public IReadOnlyList<SeenScript> Scripts { get; init; } = [];

    /// <summary>Whether Python ran that no script element stands for: workers that were made by code, types that the page defined.</summary>
    public bool HasOtherPython { get; init; }

    /// <summary>Whether the page has scripts of which nothing could be learnt: it broke what looks at it.</summary>
    public bool HasUntoldScripts { get; init; }

    public IReadOnlyList<SeenError> Errors { get; init; } = [];

    public IReadOnlyList<SeenRequest> Requests { get; init; } = [];

    public IReadOnlyList<ConsoleLine> Console { get; init; } = [];

    public IReadOnlyList<string> Modules { get; init; } = [];

    public IReadOnlyList<string> Packages { get; init; } = [];

    public long? PeakMemory { get; init; }
}
