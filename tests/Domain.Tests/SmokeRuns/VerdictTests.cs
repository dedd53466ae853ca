using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Tests.SmokeRuns;

/// <summary>What is seen of a page, and what that means.</summary>
public sealed class VerdictTests
{
    private const string NameError = "Traceback (most recent call last):\n  File \"<exec>\", line 2, in <module>\nNameError: name 'y' is not defined";

    private static readonly SeenScript s_done = new(0, ScriptKind.Main, Interpreter.Pyodide, IsBare: false, "index.html", 8, "\nx\ny\n", ReadyMs: 900, DoneMs: 1_000);

    private static readonly SeenScript s_running = s_done with { DoneMs = null };

    private static readonly SeenScript s_awaited = s_running with { ReadyMs = null };

    private static readonly SeenRequest s_refused = new("https://api.example.com/data", "outside", "data", IsRefused: true, IsNeeded: true, AtMs: 950);

    private static PageObservation Page(params SeenScript[] scripts) => new()
    {
        Interpreter = Interpreter.Pyodide,
        Page = "index.html",
        Root = "http://p-a.localhost/",
        Files = new HashSet<string>(StringComparer.Ordinal) { "index.html", "main.py", "lib/shapes.py", "pyscript.toml", "app.js" },
        End = PageEnd.Settled,
        IsCoreLoaded = true,
        Loaded = [Interpreter.Pyodide],
        Scripts = scripts,
    };

    private static SeenError Python(string text, int? script = 0, int at = 1_000) => new(ErrorPlace.Python, text, script, at);

    public static TheoryData<string, PageObservation, SmokeOutcome, bool, string?> Table() => new()
    {
        { "all scripts ended", Page(s_done), SmokeOutcome.Passed, false, null },
        { "one goes on, and the page answers", Page(s_done, s_running with { Id = 1 }), SmokeOutcome.Passed, true, null },
        { "time was over while one went on", Page(s_running) with { End = PageEnd.OutOfTime }, SmokeOutcome.Passed, true, null },
        { "one goes on, and the page does not answer", Page(s_running) with { End = PageEnd.OutOfTime, Answers = false }, SmokeOutcome.TimedOut, false, "the page to answer: the script in index.html, line 8, keeps it busy" },
        { "the page never answered", Page(s_awaited) with { End = PageEnd.OutOfTime, Answers = false }, SmokeOutcome.TimedOut, false, "the page to answer" },
        { "nothing of PyScript came", Page(s_awaited) with { End = PageEnd.Stalled, IsCoreLoaded = false, Loaded = [] }, SmokeOutcome.TimedOut, false, "PyScript to be loaded" },
        { "nothing of PolyScript came", Page(s_awaited with { IsBare = true }) with { End = PageEnd.Stalled, IsCoreLoaded = false, Loaded = [] }, SmokeOutcome.TimedOut, false, "PolyScript to be loaded" },
        { "no interpreter came", Page(s_awaited) with { End = PageEnd.OutOfTime, Loaded = [] }, SmokeOutcome.TimedOut, false, "Pyodide to be loaded" },
        { "a script was not begun", Page(s_awaited with { File = "main.py", FirstLine = 1 }) with { End = PageEnd.Stalled }, SmokeOutcome.TimedOut, false, "main.py to start" },
        { "an editor was not begun", Page(s_done, s_awaited with { Id = 1, Kind = ScriptKind.Editor }) with { End = PageEnd.OutOfTime }, SmokeOutcome.TimedOut, false, "the editor in index.html, line 8, to be run" },
        { "it said done without an interpreter", Page(s_done) with { Loaded = [] }, SmokeOutcome.TimedOut, false, "Pyodide to be loaded" },
        { "it loaded itself for ever", Page(s_awaited) with { End = PageEnd.Reloading, EndDetail = "11" }, SmokeOutcome.TimedOut, false, "the page to stay: it was loaded 11 times" },
        { "Python raised an error", Page(s_done) with { Errors = [Python(NameError)] }, SmokeOutcome.Failed, false, null },
        { "Python raised an error and another script goes on", Page(s_done, s_running with { Id = 1 }) with { Errors = [Python(NameError)] }, SmokeOutcome.Failed, false, null },
        { "JavaScript raised an error", Page(s_done) with { Errors = [new(ErrorPlace.JavaScript, "TypeError: f is not a function", null, 10)] }, SmokeOutcome.Failed, false, null },
        { "it closed itself", Page(s_done) with { End = PageEnd.Closed }, SmokeOutcome.Failed, false, null },
        { "its process broke down", Page() with { End = PageEnd.Crashed }, SmokeOutcome.Failed, false, null },
        { "it went away", Page(s_awaited) with { End = PageEnd.Left, EndDetail = "http://elsewhere/" }, SmokeOutcome.Failed, false, null },
        { "it told too much", Page(s_done) with { End = PageEnd.Flooded }, SmokeOutcome.Failed, false, null },
        { "it went away for what was refused, after an error of another kind", Page(s_done) with { End = PageEnd.Left, Errors = [Python(NameError, at: 900)], Requests = [s_refused] }, SmokeOutcome.Refused, false, null },
        { "it has no script", Page(), SmokeOutcome.NotApplicable, false, null },
        { "it has no script, and an error of its own", Page() with { Errors = [new(ErrorPlace.JavaScript, "TypeError: x", null, 10)] }, SmokeOutcome.NotApplicable, false, null },
        { "it has scripts that nothing was heard of", Page() with { HasUntoldScripts = true }, SmokeOutcome.TimedOut, false, "the page's scripts to tell that they start" },
        { "code made a worker without a script", Page() with { HasOtherPython = true }, SmokeOutcome.Passed, false, null },
        { "bare PolyScript names the other interpreter", Page(s_done with { IsBare = true, Interpreter = Interpreter.Micropython }), SmokeOutcome.NotApplicable, false, null },
        { "a game, in the other interpreter", Page(s_done with { Kind = ScriptKind.Game }) with { Interpreter = Interpreter.Micropython }, SmokeOutcome.NotApplicable, false, null },
        { "a request outside was refused and nothing came of it", Page(s_done) with { Requests = [s_refused] }, SmokeOutcome.Passed, false, null },
        { "a request outside was refused before an error", Page(s_done) with { Requests = [s_refused], Errors = [Python(NameError)] }, SmokeOutcome.Refused, false, null },
        { "a request outside was refused after the error", Page(s_done) with { Requests = [s_refused with { AtMs = 1_001 }], Errors = [Python(NameError)] }, SmokeOutcome.Failed, false, null },
        { "a request outside was refused between the error and another of less weight", Page(s_done) with { Requests = [s_refused with { AtMs = 2_000 }], Errors = [Python(NameError), new(ErrorPlace.JavaScript, "Error: late", null, 3_000)] }, SmokeOutcome.Failed, false, null },
        { "a picture from outside was refused before an error", Page(s_done) with { Requests = [s_refused with { IsNeeded = false }], Errors = [Python(NameError)] }, SmokeOutcome.Refused, false, null },
        { "a file of its own was not there before an error", Page(s_done) with { Requests = [new("http://p-a.localhost/x", "404", "data", false, true, 10)], Errors = [Python(NameError)] }, SmokeOutcome.Failed, false, null },
        { "it waits for what was refused", Page(s_awaited) with { End = PageEnd.Stalled, IsCoreLoaded = false, Loaded = [], Requests = [s_refused] }, SmokeOutcome.Refused, false, null },
        { "it went outside", Page(s_awaited) with { End = PageEnd.Left, EndDetail = "https://api.example.com/data", Requests = [s_refused] }, SmokeOutcome.Refused, false, null },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void What_was_seen_has_one_meaning(string seen, PageObservation page, SmokeOutcome outcome, bool isStillRunning, string? awaited)
    {
        var result = Verdict.Of(page);
        result.Outcome.ShouldBe(outcome, seen);
        result.StillRunning.ShouldBe(isStillRunning, seen);
        result.Awaited.ShouldBe(awaited, seen);
        (result.Error is not null).ShouldBe(outcome is SmokeOutcome.Failed or SmokeOutcome.Refused, seen);
    }

    [Fact]
    public void The_line_of_an_inline_script_is_that_of_its_page()
    {
        var error = Verdict.Of(Page(s_done) with { Errors = [Python(NameError)] }).Error!;
        (error.Type, error.Message, error.Traceback, error.File, error.Line).ShouldBe(("NameError", "name 'y' is not defined", NameError, "index.html", 9));
    }

    [Theory]
    [InlineData("/home/pyodide/shapes.py", "lib/shapes.py")]
    [InlineData("shapes.py", "lib/shapes.py")]
    [InlineData("./main.py", "main.py")]
    [InlineData("pkg/renamed.py", "main.py")]
    [InlineData("http://p-a.localhost/main.py", "main.py")]
    [InlineData("/lib/python3.13/shapes.py", "index.html")]
    [InlineData("nowhere.py", "index.html")]
    public void The_innermost_frame_that_is_the_projects_is_its_place(string name, string file)
    {
        var text = $"Traceback (most recent call last):\n  File \"<exec>\", line 1, in <module>\n  File \"{name}\", line 3, in f\nValueError: x";
        var page = Page(s_done) with { Errors = [Python(text)], Targets = new Dictionary<string, string>(StringComparer.Ordinal) { ["pkg/renamed.py"] = "main.py" } };
        var error = Verdict.Of(page).Error!;
        (error.File, error.Line).ShouldBe((file, file == "index.html" ? 8 : 3));
    }

    [Fact]
    public void A_function_that_another_script_defines_is_that_ones()
    {
        var other = s_done with { Id = 1, FirstLine = 20, Text = "\ndef later():\n    y\n" };
        var text = "Traceback (most recent call last):\n  File \"<exec>\", line 2, in later\nNameError: y";
        Verdict.Of(Page(s_done, other) with { Errors = [Python(text)] }).Error!.Line.ShouldBe(21);
        Verdict.Of(Page(s_done, other) with { Errors = [Python(text, script: null)] }).Error!.Line.ShouldBe(21);
    }

    [Theory]
    [InlineData(Interpreter.Micropython, "ImportError: no module named 'numpy'", "imports numpy, which MicroPython does not have")]
    [InlineData(Interpreter.Micropython, "ImportError: no module named 'numpy.linalg'", "imports numpy, which MicroPython does not have")]
    [InlineData(Interpreter.Pyodide, "ModuleNotFoundError: No module named 'machine'", "imports machine, which Pyodide does not have")]
    [InlineData(Interpreter.Pyodide, "ModuleNotFoundError: The module 'numpy' is included in the Pyodide distribution, but it is not installed.", "imports numpy, a package of Pyodide that its config does not ask for")]
    [InlineData(Interpreter.Pyodide, "ModuleNotFoundError: No module named 'shapes'", "imports shapes, a file of the project that no config fetches")]
    [InlineData(Interpreter.Pyodide, "ModuleNotFoundError: No module named 'asked_for'", "imports asked_for, which its config asks for and which could not be loaded")]
    [InlineData(Interpreter.Micropython, "ImportError: can't import name x", "can't import name x")]
    public void What_an_interpreter_lacks_is_named(Interpreter interpreter, string headline, string message)
    {
        var text = $"Traceback (most recent call last):\n  File \"<exec>\", line 1, in <module>\n{headline}";
        var page = Page(s_done with { Interpreter = interpreter }) with { Interpreter = interpreter, Loaded = [interpreter], Packages = ["asked-for==1.2"], Errors = [Python(text)] };
        Verdict.Of(page).Error!.Message.ShouldBe(message);
    }

    [Theory]
    [InlineData("(PY0404): Fetching from URL main.py failed with error 404 (Not Found). Are your filename and path correct?", "PY0404", "main.py")]
    [InlineData("(PY1000): Invalid TOML @ ./pyscript.toml\nUnexpected end", "PY1000", "pyscript.toml")]
    [InlineData("(PY0409): Ambiguous py-config VS config attribute", "PY0409", "index.html")]
    public void What_PyScript_complains_of_keeps_its_number(string text, string type, string file)
    {
        var error = Verdict.Of(Page(s_awaited) with { Errors = [new(ErrorPlace.PyScript, text, null, 10)] }).Error!;
        (error.Type, error.File, error.Line).ShouldBe((type, file, (int?)null));
    }

    [Fact]
    public void An_error_of_JavaScript_is_found_in_the_projects_file()
    {
        var error = Verdict.Of(Page(s_done) with { Errors = [new(ErrorPlace.JavaScript, "TypeError: f is not a function\n    at http://runtime.localhost/pyscript/core.js:1:2\n    at g (http://p-a.localhost/app.js:12:5)", null, 10)] }).Error!;
        (error.Type, error.Message, error.File, error.Line).ShouldBe(("TypeError", "f is not a function", "app.js", 12));
    }

    [Fact]
    public void Of_several_errors_Pythons_is_told_and_of_those_the_first()
    {
        var page = Page(s_done) with
        {
            Errors = [new(ErrorPlace.JavaScript, "Error: script", null, 1), Python(NameError.Replace("'y'", "'z'", StringComparison.Ordinal), at: 20), Python(NameError, at: 10)],
        };
        Verdict.Of(page).Error!.Message.ShouldBe("name 'y' is not defined");
    }

    [Fact]
    public void A_refusal_says_what_was_asked_for_and_what_came_of_it()
    {
        var error = Verdict.Of(Page(s_done) with { Requests = [s_refused], Errors = [Python(NameError)] }).Error!;
        (error.Type, error.Line).ShouldBe(("NameError", 9));
        error.Message.ShouldBe("The page asked api.example.com for data, and no other host can be reached from here. Then: NameError: name 'y' is not defined");
    }

    [Fact]
    public void Times_are_those_of_the_first_script_that_was_ready_and_of_the_last_that_ended()
    {
        var result = Verdict.Of(Page(s_done, s_done with { Id = 1, ReadyMs = 950, DoneMs = 2_000 }));
        (result.ReadyMs, result.DoneMs).ShouldBe((900, 2_000));
        var running = Verdict.Of(Page(s_done, s_running with { Id = 1 }));
        (running.ReadyMs, running.DoneMs).ShouldBe((900, null));
    }
}
