using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>A script, editor or game of a page.</summary>
/// <param name="Type">As in the page that is served: <c>py</c>, <c>mpy</c>, <c>py-editor</c>, <c>mpy-editor</c>, <c>py-game</c>, <c>pyodide</c>, <c>micropython</c>.</param>
/// <param name="Interpreter">What runs it.</param>
/// <param name="Source">Its file, as the page names it; null where it is inline.</param>
/// <param name="IsWorker">Whether it runs in a worker; editors do.</param>
public sealed record PageScript(string Type, Interpreter Interpreter, string? Source, bool IsWorker);

/// <summary>What a page is made of, as far as serving it asks.</summary>
public sealed record PageFacts
{
    /// <summary>A page of which nothing is known: its bytes are no text.</summary>
    public static PageFacts Unreadable { get; } = new();

    /// <summary>Whether it loads PyScript, or uses its tags with a PyScript that is loaded in some other way.</summary>
    public bool ReferencesPyScript { get; init; }

    /// <summary>Whether it names an address of PolyScript.</summary>
    public bool ReferencesPolyScript { get; init; }

    /// <summary>Whether it names an address of Coincident.</summary>
    public bool ReferencesCoincident { get; init; }

    /// <summary>Whether it is rewritten at all.</summary>
    public bool ReferencesRuntime => ReferencesPyScript || ReferencesPolyScript || ReferencesCoincident;

    /// <summary>
    /// Which release the page names. A page has one: where several addresses differ, the first that loads core decides,
    /// in the order of the text; without one, the first address of PyScript. Null where it has none.
    /// </summary>
    public NamedVersion? Named { get; init; }

    /// <summary>The interpreters of its scripts, editors and event attributes, workers included.</summary>
    public IReadOnlySet<Interpreter> Interpreters { get; init; } = new HashSet<Interpreter>();

    /// <summary>Its scripts in the order of the text; those in templates are not counted.</summary>
    public IReadOnlyList<PageScript> Scripts { get; init; } = [];

    /// <summary>Addresses on other hosts that scripts, links, modules and import maps load and that stay as they are.</summary>
    public IReadOnlyList<string> OutsideAddresses { get; init; } = [];

    /// <summary>Addresses of npm packages on other hosts, those in its configs among them, as they are written.</summary>
    public IReadOnlyList<string> Libraries { get; init; } = [];
}
