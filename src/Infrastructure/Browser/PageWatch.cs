using System.Globalization;
using System.Text.Json;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>
/// What has been seen of one page so far, and whether there is more to wait for. Events come in from any thread; all times are
/// milliseconds from the navigation.
/// </summary>
sealed class PageWatch(ProjectAddresses addresses, Interpreter asked, Func<int> now, int within)
{
    // After the last script ended, unless timers, requests or workers say that more is to come; then so long at most.
    private const int Quiet = 200;
    private const int Late = 3_000;

    // A script that runs for good has started when it raised nothing for so long; a worker that does not answer may be computing.
    private const int Running = 3_000;
    private const int RunningBusy = 6_000;

    // After an error the other scripts get a little time to end, for the evidence.
    private const int AfterError = 1_500;
    private const int AfterErrorWhileLoading = 5_000;

    // Nothing is fetched, nothing happens, the page answers: what did not come by then does not come. Where an interpreter was begun
    // it is waited for to the end: on a busy machine it takes its time.
    private const int Stalled = 10_000;

    // A page without scripts; one that loaded PyScript may add some.
    private const int NoScripts = 250;
    private const int NoScriptsYet = 1_500;

    // A request that is open for longer is a stream.
    private const int LongestFetch = 8_000;
    private const int Between = 150;
    private const int LastQuestion = 1_500;
    private const int MostLoads = 10;
    private const int MostProblems = 200;
    private const int MostErrors = 50;
    private const int MostUncaught = 1_000;
    private const int MostScripts = 500;
    private const int LongestUrl = 2_000;
    private const int MostThreads = 200;

    // An error's text: two functions that call each other without end make a traceback of a thousand frames.
    private const int LongestError = 200_000;
    private const int LongestText = 20_000;

    // By the beginning of its text a script is found in its page. What takes longer than this was made to.
    private const int Recognized = 2_000;
    private static readonly TimeSpan s_toFindLines = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ConsoleLog _console = new();
    private readonly List<Script> _scripts = [];
    // By what is the same however the error came.
    private readonly OrderedDictionary<string, SeenError> _errors = new(StringComparer.Ordinal);
    private readonly List<SeenRequest> _problems = [];
    private readonly List<string> _configs = [];
    private readonly Dictionary<object, int> _inFlight = [];
    private readonly Dictionary<string, StderrLines> _stderr = new(StringComparer.Ordinal);
    private readonly Dictionary<int, PythonWorker> _workers = [];
    private readonly HashSet<Interpreter> _fetched = [];
    private TaskCompletionSource _changed = NewChange();
    private string _document = "";
    private bool _isCoreFetched;
    private bool _isOldCore;
    private bool _isStarting;
    private int _loads;
    private int _uncaught;
    private int? _parsedAt;
    private int? _loadedAt;
    private int _lastActivity;
    private (PageEnd End, string? Detail)? _fact;
    private Look? _look;
    private int? _lookAskedAt;

    /// <summary>What the probe of the page last said when it was asked, and that of its workers.</summary>
    /// <param name="AskedAt">When it was asked.</param>
    /// <param name="IsBusy">Timers or frames are still to come.</param>
    /// <param name="AreWorkersBusy">A worker of Python has timers to come.</param>
    /// <param name="AreWorkersSilent">A worker of Python did not answer.</param>
    /// <param name="Assembled">How often the page made WebAssembly run.</param>
    /// <param name="Custom">Scripts of types that the page defined.</param>
    /// <param name="Dropped">Lines of the console that were too many.</param>
    /// <param name="Gone">Scripts that were taken out before they began.</param>
    /// <param name="Terminals">What terminals show, by script.</param>
    public sealed record Look(
        int AskedAt, bool IsBusy, bool AreWorkersBusy, bool AreWorkersSilent, int Assembled, int Custom, long Dropped,
        IReadOnlyCollection<int> Gone, IReadOnlyList<(int Script, string Text)> Terminals, IReadOnlyList<string> Modules);

    private sealed class Script
    {
        public required int Id { get; init; }
        public required string Type { get; init; }
        public required bool IsWorker { get; init; }
        public required string? File { get; init; }
        public required bool IsInline { get; init; }
        public required int Lines { get; init; }
        public required string Text { get; init; }
        public required bool IsSetup { get; init; }
        public int? RunLines { get; set; }
        public int? ReadyAt { get; set; }
        public int? DoneAt { get; set; }
        public bool IsGone { get; set; }

        public Interpreter Interpreter => Type is "micropython" || Type.StartsWith('m') ? Interpreter.Micropython : Interpreter.Pyodide;
        public bool IsBare => Type is "pyodide" or "micropython";
        public ScriptKind Kind => Type.EndsWith("-editor", StringComparison.Ordinal) ? ScriptKind.Editor
            : Type is "py-game" ? ScriptKind.Game
            : IsWorker ? ScriptKind.Worker : ScriptKind.Main;
    }

    private sealed record PythonWorker(string Url, int Script)
    {
        public int? LoadedAt { get; set; }
        public int? DoneAt { get; set; }

        /// <summary>Made by code: no script of the page stands for it.</summary>
        public bool IsAlone => Script < 0;
    }

    /// <summary>What is to be done next.</summary>
    /// <param name="End">The observation is over, in this way; null to go on.</param>
    /// <param name="Detail">More on the end.</param>
    /// <param name="At">When to ask again, if nothing happens before.</param>
    /// <param name="WantsLook">The page is to be asked.</param>
    public readonly record struct Step(PageEnd? End, string? Detail, int At, bool WantsLook);

    /// <summary>Whether the page's thread has answered the last question.</summary>
    public bool Answers { get { lock (_gate) return _lookAskedAt is null; } }

    /// <summary>Whether the probe told of a script.</summary>
    public bool HasScripts { get { lock (_gate) return _scripts.Count > 0 || _workers.Count > 0; } }

    /// <summary>Whether an error was seen.</summary>
    public bool HasErrors { get { lock (_gate) return _errors.Count > 0; } }

    /// <summary>The project's file that is looked at.</summary>
    public string PageFile { get { lock (_gate) return addresses.FileAt(_document, _document) ?? addresses.Page; } }

    /// <summary>The addresses of the workers that run Python.</summary>
    public IReadOnlySet<string> Workers { get { lock (_gate) return _workers.Values.Select(worker => worker.Url).ToHashSet(StringComparer.Ordinal); } }

    /// <summary>The address of the document that is looked at.</summary>
    public string Document { get { lock (_gate) return _document; } }

    /// <summary>Ends when something has happened since the last call.</summary>
    public Task ChangedAsync()
    {
        lock (_gate) return _changed.Task;
    }

    /// <summary>Whether the observation is over.</summary>
    public Step Decide()
    {
        lock (_gate)
        {
            if (_changed.Task.IsCompleted) _changed = NewChange();
            var at = now();
            if (_fact is { } fact) return new(fact.End, fact.Detail, at, false);
            if (at >= within) return new(PageEnd.OutOfTime, null, at, false);
            var step = Next(at);
            if (step.End is not null) return step;
            // Whether it answers is part of what is said of a page whose time is over.
            var last = Math.Max(0, within - LastQuestion);
            if (at < last) return step with { At = Math.Min(step.At, last) };
            return new(null, null, Math.Min(step.At, within), step.WantsLook || (_lookAskedAt is null && !(_look?.AskedAt >= last)));
        }
    }

    private Step Next(int at)
    {
        var own = _scripts.Where(script => !script.IsGone).ToList();
        if (own.Count == 0 && _workers.Count == 0)
        {
            if (_parsedAt is null) return Wait(within);
            var isCustom = _look is { Custom: > 0, Assembled: > 0 };
            var none = isCustom ? Running : _isCoreFetched ? NoScriptsYet : NoScripts;
            return Idle(at, none) is { } wait ? wait : Looked(at, _lastActivity + none, PageEnd.Settled);
        }

        var alone = _workers.Values.Where(worker => worker.IsAlone).ToList();
        // Whoever says "done" without an interpreter is not believed.
        var isTrusted = own.TrueForAll(script => script.DoneAt is null || _fetched.Contains(script.Interpreter));
        var areDone = own.TrueForAll(script => script.DoneAt is not null) && alone.TrueForAll(worker => worker.DoneAt is not null);
        var last = own.Select(script => Math.Max(script.ReadyAt ?? 0, script.DoneAt ?? 0))
            .Concat(alone.Select(worker => Math.Max(worker.LoadedAt ?? 0, worker.DoneAt ?? 0))).Max();
        if (areDone && isTrusted) return AfterTheEnd(at, last);
        var areReady = isTrusted && own.TrueForAll(script => script.ReadyAt is not null) && alone.TrueForAll(worker => worker.LoadedAt is not null || worker.DoneAt is not null);
        if (_errors.Count > 0)
        {
            var wrong = _errors.Values.Max(error => error.AtMs);
            if (at < wrong + AfterError) return Wait(wrong + AfterError);
            if (areReady || at >= wrong + AfterErrorWhileLoading) return Looked(at, wrong, PageEnd.Settled);
            return Idle(at, 1_000) is { } wait ? wait with { At = Math.Min(wait.At, wrong + AfterErrorWhileLoading) } : Looked(at, wrong, PageEnd.Stalled);
        }
        if (areReady)
        {
            if (at < last + Running) return Wait(last + Running);
            if (IsFetching(at) && at < last + Running + LongestFetch) return Wait(at + Between);
            var step = Looked(at, last + Running, PageEnd.Settled);
            // A worker that never rests cannot be told from a server loop: it has started.
            return step.End is not null && _look!.AreWorkersSilent && at < last + RunningBusy ? new(null, null, at + 500, at - _look.AskedAt >= 500) : step;
        }
        if (_isStarting) return Wait(within);
        return Idle(at, Stalled) is { } idle ? idle : Looked(at, _lastActivity + Stalled, PageEnd.Stalled);
    }

    private Step AfterTheEnd(int at, int done)
    {
        // What the page itself is still loading may add scripts.
        if (_loadedAt is null && at < done + Late) return Wait(done + Late);
        var quiet = Math.Max(done, _loadedAt ?? 0) + Quiet;
        if (at < quiet) return Wait(quiet);
        var step = Looked(at, quiet, PageEnd.Settled);
        if (step.End is null || at >= done + Late) return step;
        return _look!.IsBusy || _look.AreWorkersBusy || IsFetching(at) ? new(null, null, at + Between, at - _look.AskedAt >= Between) : step;
    }

    // Ends where the page has answered since then.
    private Step Looked(int at, int since, PageEnd end)
    {
        if (_look is { } look && look.AskedAt >= since) return new(end, null, at, false);
        return new(null, null, within, _lookAskedAt is null);
    }

    private Step? Idle(int at, int rest)
    {
        if (IsFetching(at)) return Wait(at + Between);
        return at < _lastActivity + rest ? Wait(_lastActivity + rest) : null;
    }

    private static Step Wait(int until) => new(null, null, until, false);

    private bool IsFetching(int at) => _inFlight.Values.Any(since => at < since + LongestFetch);

    /// <summary>The page is being asked.</summary>
    public void Asking()
    {
        lock (_gate) _lookAskedAt = now();
    }

    /// <summary>The page has answered; null where it has no probe.</summary>
    public void Answered(Look? look)
    {
        lock (_gate)
        {
            // Of a document that is gone.
            if (_lookAskedAt is not { } askedAt) return;
            _lookAskedAt = null;
            _look = (look ?? new Look(askedAt, false, false, false, 0, 0, 0, [], [], [])) with { AskedAt = askedAt };
            foreach (var script in _scripts) script.IsGone = _look.Gone.Contains(script.Id);
            Shown(_look);
            Change(isActivity: false);
        }
    }

    /// <summary>What terminals show is told by an answer alone.</summary>
    public void Shown(Look look)
    {
        lock (_gate)
        {
            foreach (var (script, text) in look.Terminals)
            {
                if (PythonTraceback.Read(text) is { } shown) AddError(ErrorPlace.Python, shown.Text, script);
            }
        }
    }

    /// <summary>The page closed, broke down or went away.</summary>
    public void Ended(PageEnd end, string? detail = null)
    {
        lock (_gate)
        {
            _fact ??= (end, detail);
            Change();
        }
    }

    /// <summary>A message of the page's probe. Whatever it is, it does no harm.</summary>
    public void Heard(string payload)
    {
        try
        {
            using var message = JsonDocument.Parse(payload);
            var parts = message.RootElement;
            lock (_gate) Take(parts[1].GetString() ?? "", parts);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException or ArgumentException)
        {
            // Not the probe's: a page may have got hold of its way out.
        }
    }

    private void Take(string kind, JsonElement parts)
    {
        var isActivity = true;
        switch (kind)
        {
            case "begun":
                Begin(Text(parts, 2));
                break;
            case "parsed":
                _parsedAt ??= now();
                break;
            case "loaded":
                _parsedAt ??= now();
                _loadedAt ??= now();
                break;
            case "script":
                AddScript(parts);
                break;
            case "config" when _configs.Count < 100:
                _configs.Add(Text(parts, 2));
                break;
            case "run" when Find(parts) is { DoneAt: null } script:
                script.RunLines = parts[3].GetInt32();
                break;
            case "ready" when Find(parts) is { ReadyAt: null } script:
                script.ReadyAt = now();
                break;
            case "done" when Find(parts) is { DoneAt: null } script:
                // An element that was ready before it could be heard.
                script.ReadyAt ??= now();
                script.DoneAt = now();
                break;
            case "worker":
                _isStarting = true;
                if (_workers.Count < MostScripts) _workers[parts[2].GetInt32()] = new(Text(parts, 3), parts[4].GetInt32());
                break;
            case "worker-loaded" when _workers.TryGetValue(parts[2].GetInt32(), out var worker):
                worker.LoadedAt ??= now();
                break;
            case "worker-done":
                WorkerDone(parts);
                break;
            case "worker-error":
                if (_workers.TryGetValue(parts[2].GetInt32(), out var broken)) broken.DoneAt ??= now();
                AddError(ErrorPlace.PyScript, Text(parts, 3), OwnerOf(parts));
                break;
            case "python-error":
                AddError(ErrorPlace.Python, Text(parts, 3), parts[2].GetInt32());
                break;
            case "box":
                AddBox(parts[2].GetBoolean(), parts[3].GetInt32(), Text(parts, 4));
                break;
            case "editor-error" when PythonTraceback.Read(Text(parts, 3)) is not null || Text(parts, 3).Contains("Error:", StringComparison.Ordinal):
                AddError(ErrorPlace.Python, Text(parts, 3), parts[2].GetInt32());
                break;
            case "progress":
                _isStarting = true;
                break;
            default:
                isActivity = false;
                break;
        }
        Change(isActivity);
    }

    private void Begin(string url)
    {
        if (!addresses.IsProject(url))
        {
            if (!url.StartsWith("about:", StringComparison.Ordinal)) _fact ??= (PageEnd.Left, Cut(url, LongestUrl));
            return;
        }
        if (++_loads > MostLoads) _fact ??= (PageEnd.Reloading, _loads.ToString(CultureInfo.InvariantCulture));
        _document = url;
        _scripts.Clear();
        _errors.Clear();
        _configs.Clear();
        _inFlight.Clear();
        _workers.Clear();
        (_parsedAt, _loadedAt, _look, _lookAskedAt, _isStarting) = (null, null, null, null, false);
    }

    private void AddScript(JsonElement parts)
    {
        var id = parts[2].GetInt32();
        if (_scripts.Count >= MostScripts || id != _scripts.Count) return;
        var source = Text(parts, 5);
        _scripts.Add(new Script
        {
            Id = id,
            Type = Text(parts, 3),
            IsWorker = parts[4].GetBoolean(),
            IsInline = source.Length == 0,
            File = addresses.FileAt(source.Length == 0 ? _document : source, _document),
            Lines = parts[6].GetInt32(),
            Text = Text(parts, 7),
            IsSetup = parts[8].GetBoolean(),
        });
    }

    // Without shared memory a worker's script has no events of its own.
    private void WorkerDone(JsonElement parts)
    {
        if (!_workers.TryGetValue(parts[2].GetInt32(), out var worker)) return;
        worker.LoadedAt ??= now();
        worker.DoneAt ??= now();
        if (_scripts.Find(script => script.Id == worker.Script) is not { Kind: ScriptKind.Worker } script) return;
        script.ReadyAt ??= now();
        script.DoneAt ??= now();
    }

    private int? OwnerOf(JsonElement parts)
    {
        return _workers.TryGetValue(parts[2].GetInt32(), out var worker) ? worker.Script : null;
    }

    // What PyScript shows in the page. Warnings and the like, which Python wrote to stderr, are no errors.
    private void AddBox(bool isNotice, int script, string text)
    {
        if (PythonTraceback.Read(text) is not null) AddError(ErrorPlace.Python, text, script);
        else if (isNotice) AddError(ErrorPlace.PyScript, text, script);
    }

    private int? ScriptOf(string worker) => _workers.Values.FirstOrDefault(each => each.Url == worker)?.Script;

    private Script? Find(JsonElement parts)
    {
        var id = parts[2].GetInt32();
        return _scripts.Find(script => script.Id == id);
    }

    private static string Text(JsonElement parts, int index) => Cut(parts[index].GetString() ?? "", LongestText);

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

    private void AddError(ErrorPlace place, string text, int? script)
    {
        text = Cut(text, LongestError).Replace('\0', '\uFFFD').Trim();
        if (script is < 0) script = null;
        // One error comes by several ways: thrown, shown, printed.
        var key = Key(text);
        if (_errors.TryGetValue(key, out var known)) _errors[key] = known with { Script = known.Script ?? script, Place = place < known.Place ? place : known.Place };
        else if (_errors.Count < MostErrors) _errors.Add(key, new SeenError(place, text, script, now()));

        static string Key(string text) => PythonTraceback.Read(text) is { } python ? python.Text : text.Split('\n')[0].Replace("Uncaught ", "", StringComparison.Ordinal).Trim();
    }

    /// <summary>A line of the console.</summary>
    /// <param name="worker">The address of the worker that printed it; null for the page's own thread.</param>
    public void Printed(string type, string text, string? worker)
    {
        var level = type switch { "error" or "assert" => "error", "warning" => "warn", "info" => "info", _ => "log" };
        lock (_gate)
        {
            if (!IsOwnWord(type, text)) _console.Add(level, text);
            if (level != "error") return;
            text = Cut(text, LongestError);
            var owner = worker is null ? null : ScriptOf(worker);
            // The page's own probe has told of what was thrown on its thread, with the script.
            if (worker is not null && text.StartsWith("PythonError", StringComparison.Ordinal)) AddError(ErrorPlace.Python, text, owner);
            else if (Lines(worker ?? "").Add(text) is { } printed && (printed.IsLost || worker is null)) AddError(ErrorPlace.Python, printed.Traceback, owner);
            else return;
            Change();
        }
    }

    // What PyScript says of itself at each start.
    private static bool IsOwnWord(string type, string text) => type == "debug" && text.StartsWith("[pyscript/", StringComparison.Ordinal);

    // Threads beyond these share the lines of the page's own.
    private StderrLines Lines(string thread)
    {
        if (thread.Length > LongestUrl || (_stderr.Count >= MostThreads && !_stderr.ContainsKey(thread))) thread = "";
        if (!_stderr.TryGetValue(thread, out var lines)) _stderr[thread] = lines = new StderrLines();
        return lines;
    }

    /// <summary>An error that nobody caught, of JavaScript or of Python that JavaScript called.</summary>
    public void Uncaught(string text)
    {
        // Browsers make one of a layout that takes two frames, and of sound before anybody has clicked: nothing that a person would see.
        if (text.Contains("ResizeObserver loop", StringComparison.Ordinal) || text.StartsWith("NotAllowedError", StringComparison.Ordinal) || text.StartsWith("AbortError", StringComparison.Ordinal)) return;
        lock (_gate)
        {
            if (++_uncaught > MostUncaught) return;
            text = Cut(text, LongestError);
            AddError(PythonTraceback.Read(text) is null ? ErrorPlace.JavaScript : ErrorPlace.Python, text, null);
            Change();
        }
    }

    /// <summary>A request has begun.</summary>
    public void Requested(object request, string url, string type)
    {
        lock (_gate)
        {
            if (type is not ("websocket" or "eventsource" or "media" or "ping") && !url.StartsWith("data:", StringComparison.Ordinal) && _inFlight.Count < 1_000) _inFlight[request] = now();
            Change();
        }
    }

    /// <summary>The head of an answer has come.</summary>
    public void Responded(string url, string type, int status)
    {
        lock (_gate)
        {
            if (addresses.RuntimePath(url) is { } path && status is >= 200 and < 400)
            {
                if (path.StartsWith("/pyscript/", StringComparison.Ordinal) || path.StartsWith("/polyscript/", StringComparison.Ordinal)) _isCoreFetched = true;
                if (path.StartsWith("/pyscript/0.", StringComparison.Ordinal) && path.Length > 13) _isOldCore = path[12] is >= '1' and <= '6' && path[13] == '.';
                if (path.EndsWith(".wasm", StringComparison.Ordinal))
                {
                    if (path.StartsWith("/pyodide/", StringComparison.Ordinal)) _fetched.Add(Interpreter.Pyodide);
                    if (path.StartsWith("/micropython/", StringComparison.Ordinal)) _fetched.Add(Interpreter.Micropython);
                }
            }
            // Where no jail is, an outside host may answer; the jail's proxy answers 403 for it.
            if (addresses.IsOutside(url)) AddProblem(url, "outside", type, isRefused: status == 403);
            else if (status >= 400) AddProblem(url, status.ToString(CultureInfo.InvariantCulture), type, isRefused: false);
        }
    }

    /// <summary>A request is over.</summary>
    /// <param name="failure">The browser's words for why it failed; null where it did not.</param>
    public void Finished(object request, string url, string type, string? failure)
    {
        lock (_gate)
        {
            _inFlight.Remove(request);
            if (failure is not null && addresses.IsOutside(url)) AddProblem(url, "outside", type, isRefused: true);
            // Aborted: by the page itself, or for lack of it.
            else if (failure is not null && !failure.Contains("ERR_ABORTED", StringComparison.Ordinal)) AddProblem(url, failure, type, isRefused: false);
            Change();
        }
    }

    /// <summary>The jail let a request not out: whole addresses, or <c>host:port</c>.</summary>
    public void Refused(IEnumerable<string> refused)
    {
        lock (_gate)
        {
            foreach (var each in refused)
            {
                var host = Uri.TryCreate(each, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri.Host : each.Split(':')[0];
                var known = _problems.FindIndex(problem => Uri.TryCreate(problem.Url, UriKind.Absolute, out var other) && other.Host.Equals(host, StringComparison.OrdinalIgnoreCase));
                if (known >= 0) _problems[known] = _problems[known] with { IsRefused = true };
                // Nobody else saw it: a connection that was made in advance, for one. It is told of, and is no request of the page.
                else if (_problems.Count < MostProblems) _problems.Add(new SeenRequest(each, "outside", "something", IsRefused: false, IsNeeded: false, now()));
            }
        }
    }

    private void AddProblem(string url, string reason, string type, bool isRefused)
    {
        url = Cut(url, LongestUrl);
        var isNeeded = type is not ("stylesheet" or "image" or "media" or "font" or "texttrack" or "manifest" or "ping");
        var same = _problems.FindIndex(problem => problem.Url == url && problem.Reason == reason);
        if (same >= 0)
        {
            if (isNeeded && !_problems[same].IsNeeded) _problems[same] = _problems[same] with { Purpose = Purpose(type), IsNeeded = true };
            return;
        }
        if (_problems.Count < MostProblems) _problems.Add(new SeenRequest(url, Cut(reason, LongestUrl), Purpose(type), isRefused, isNeeded, now()));

        static string Purpose(string type) => type switch
        {
            "document" => "a page",
            "stylesheet" => "a style",
            "image" => "a picture",
            "media" => "a sound or a film",
            "font" => "a font",
            "script" => "a script",
            "xhr" or "fetch" => "data",
            "websocket" or "eventsource" => "a connection",
            _ => "something",
        };
    }

    private void Change(bool isActivity = true)
    {
        if (isActivity) _lastActivity = now();
        _changed.TrySetResult();
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The observation as it stands.</summary>
    /// <param name="last">The page's last answer; null where it gave none.</param>
    /// <param name="hasUntoldScripts">The page has scripts of which its probe said nothing.</param>
    /// <param name="workerLines">How many lines the code had that each worker was given, by the address of the worker.</param>
    /// <param name="sources">Texts of files of the project, as far as they could be had: of the page, and of scripts.</param>
    public PageObservation Observe(
        PageEnd end, string? detail, Look? last, bool hasUntoldScripts, IReadOnlyDictionary<string, int> workerLines, IReadOnlyDictionary<string, string> sources,
        IReadOnlyList<string> configs)
    {
        lock (_gate)
        {
            foreach (var (url, lines) in workerLines)
            {
                if (ScriptOf(url) is { } owner && _scripts.Find(script => script.Id == owner) is { } script) script.RunLines = lines;
            }
            var isAssembled = _workers.Count > 0 || (last ?? _look) is not { Assembled: 0 };
            var config = ProjectConfig.Read(configs);
            var written = new ScriptLines(sources, s_toFindLines);
            return new PageObservation
            {
                Interpreter = asked,
                Page = PageFile,
                Root = addresses.Root,
                Files = addresses.Files,
                Targets = config.Targets,
                End = end,
                EndDetail = detail,
                Answers = _lookAskedAt is null,
                Loaded = isAssembled ? [.. _fetched] : [],
                IsCoreLoaded = _isCoreFetched,
                Scripts = [.. _scripts.Where(script => !script.IsGone).Select(script => Describe(script, written, _isOldCore))],
                HasOtherPython = _workers.Count > 0 || (_look is { Custom: > 0, Assembled: > 0 } && _fetched.Contains(asked)),
                HasUntoldScripts = hasUntoldScripts,
                Errors = [.. _errors.Values],
                Requests = [.. _problems],
                Console = _console.Lines(last?.Dropped ?? _look?.Dropped ?? 0),
                Modules = last is null ? [] : [.. last.Modules.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(500)],
                Packages = config.Packages,
            };
        }
    }

    /// <summary>The files whose texts <see cref="Observe"/> can use.</summary>
    public IReadOnlyList<string> WantedSources()
    {
        lock (_gate) return [.. _scripts.Select(script => script.File).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The configs of the page as they are written in it: texts, or addresses.</summary>
    public IReadOnlyList<string> Configs()
    {
        lock (_gate) return [.. _configs];
    }

    private static SeenScript Describe(Script script, ScriptLines lines, bool isOldCore) => new(
        script.Id, script.Kind, script.Interpreter, script.IsBare, script.File, FirstLine(script, lines, isOldCore), script.Text, script.ReadyAt, script.DoneAt);

    // PyScript drops an empty first line before Python counts; up to 2024 it put code of its own in front of the script's instead.
    private static int? FirstLine(Script script, ScriptLines pages, bool isOldCore)
    {
        if (script.File is null || pages.TextOf(script.File) is not { } source) return null;
        var (start, text, lines) = (1, source, 0);
        if (script.IsInline)
        {
            if (script.Text.Length == 0 || pages.LineOf(script.File, Cut(script.Text, Recognized)) is not { } found) return null;
            (start, text, lines) = (found, script.Text, script.Lines);
        }
        else lines = source.AsSpan().Count('\n');
        // An editor's code is trimmed; what sets up is run as it stands.
        if (script.Kind is ScriptKind.Editor) return script.IsSetup ? start : start + text.AsSpan(0, text.Length - text.AsSpan().TrimStart().Length).Count('\n');
        var isDropped = !script.IsBare && script.Kind is not ScriptKind.Game && text.StartsWith('\n');
        var shift = isOldCore && script.RunLines is { } run && run >= lines ? run - lines : isDropped ? -1 : 0;
        return start - shift;
    }
}
