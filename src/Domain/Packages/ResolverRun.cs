using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>One attempt at a resolution, with what is held back known from its start.</summary>
sealed class ResolverRun(Resolver resolver, IReadOnlyList<Requirement> requirements, bool isJudgement)
{
    // How many dead ends make a package one to settle first.
    private const int Troublesome = 5;

    // How many candidates of one package are looked at together: each is a file to fetch somewhere.
    private const int MostAhead = 16;

    private readonly Deductions _deductions = new(resolver.Bounds);
    private readonly List<Wanted> _wanted = [];
    private readonly Dictionary<(string Key, string? Extra), int> _numbers = [];
    private readonly List<Asked> _asked = [];
    private readonly List<Sentence> _notes = [];
    private readonly int _askedForAtStart = resolver.AskedFor;

    /// <summary>The answer; null where something was asked for on the way that had been held back.</summary>
    public async Task<Result<Resolution>?> ResolveAsync(CancellationToken ct)
    {
        if (!await resolver.FindAsync(requirements.Select(requirement => requirement.Name), ct)) return TooHard();
        foreach (var requirement in requirements) Ask(null, 0, requirement);
        while (resolver.AskedFor == _askedForAtStart)
        {
            ct.ThrowIfCancellationRequested();
            if (!_deductions.Propagate()) return _deductions.Contradiction is { } proof ? Fail(proof) : TooHard();
            if (Next() is not { } package) return Chosen();
            var choice = Preferred(package);
            if (_wanted[package].Expanded.Contains(choice)) _deductions.Decide(package, choice);
            else if (!await ExpandAsync(package, ct)) return TooHard();
        }
        return null;
    }

    // What is settled next: what has one choice left, then what made trouble, then what was asked for first.
    private int? Next()
    {
        var open = Open().ToList();
        return open.Count == 0 ? null : open.MinBy(package =>
            (_deductions.ChoicesOf(package).Size > 1, _deductions.ConflictsOf(package) < Troublesome, _wanted[package].Depth, _deductions.ChoicesOf(package).Size, package));
    }

    private IEnumerable<int> Open() => Enumerable.Range(0, _wanted.Count).Where(package =>
        _deductions.ChoicesOf(package) is { IsInstalled: true } choices && (choices.Size > 1 || !_wanted[package].Expanded.Contains(choices.Candidates().First())));

    private int Preferred(int package) => InOrder(package).First();

    private IEnumerable<int> InOrder(int package)
    {
        var wanted = _wanted[package];
        var own = wanted.Extra is null ? package : _numbers[(wanted.Key, null)];
        var choices = _deductions.ChoicesOf(package);
        // The version that is taken without the extra is the one to take with it.
        if (own != package && choices.Overlaps(_deductions.ChoicesOf(own))) choices = choices.And(_deductions.ChoicesOf(own));
        return choices.Candidates().OrderBy(choice => wanted.Known.IsHeldBack(choice) && !IsAskedForNow(own, choice));
    }

    private bool IsAskedForNow(int package, int choice) => _asked.Exists(asked => asked.Target == package
        && (asked.By is not { } by || _deductions.ChoicesOf(by) is { Size: 1 } only && only.Contains(asked.Choice))
        && _wanted[package].Known.AskedBy(asked.Requirement).Contains(choice));

    // Finds out what the next candidates need: of this package, and of all others that wait, since each may be far away.
    private async Task<bool> ExpandAsync(int package, CancellationToken ct)
    {
        var ahead = Math.Min(MostAhead, _wanted[package].Expanded.Count + 1);
        var next = Open().SelectMany(open => InOrder(open).Where(choice => !_wanted[open].Expanded.Contains(choice)).Take(open == package ? ahead : 1).Select(choice => (Package: open, Choice: choice))).ToList();
        await resolver.ReadNeedsAsync(next.Select(one => _wanted[one.Package].Known.Candidates[one.Choice]), ct);
        var needs = next.ConvertAll(one => (one.Package, one.Choice, Needs: NeedsOf(one.Package, one.Choice)));
        if (!await resolver.FindAsync(needs.Where(one => one.Needs.IsOk).SelectMany(one => one.Needs.Value!.Select(requirement => requirement.Name)), ct)) return false;
        foreach (var (by, choice, read) in needs)
        {
            var wanted = _wanted[by];
            wanted.Expanded.Add(choice);
            if (!read.IsOk) LeaveOut(by, choice, read.Error.Sentence);
            if (wanted.Extra is not null) Bind(by, choice);
            foreach (var requirement in read.Value ?? []) Ask(by, choice, requirement);
        }
        return true;
    }

    private Result<List<Requirement>> NeedsOf(int package, int choice)
    {
        var wanted = _wanted[package];
        var needs = resolver.Needs(wanted.Known.Candidates[choice]);
        if (!needs.IsOk) return needs.Error;
        return wanted.Extra is null ? needs.Value.Always : needs.Value.With(wanted.Extra).ToList();
    }

    private void LeaveOut(int package, int choice, Sentence why)
    {
        _deductions.Add(Nogood.Of(new Unreadable(package, choice, why), Is(package, choice)));
        Note($"{_wanted[package].Known.Candidates[choice]} is left out, its metadata cannot be read: {why}");
    }

    // Whoever takes a package with an extra takes the package itself.
    private void Bind(int package, int choice)
    {
        var own = _numbers[(_wanted[package].Key, null)];
        _deductions.Add(Nogood.Of(new SameVersion(), Is(package, choice), new NogoodTerm(own, Is(own, choice).Choices.Others())));
    }

    private void Ask(int? by, int choice, Requirement requirement)
    {
        var known = resolver.Known(requirement.Name);
        var admitted = resolver.Admit(known, requirement).ToList();
        foreach (var extra in requirement.Extras.Prepend(null))
        {
            var target = NumberOf(known, requirement.Name.Key, extra, by is null ? 0 : _wanted[by.Value].Depth + 1);
            var asked = new Asked(by, choice, requirement, target);
            var refused = new NogoodTerm(target, ChoiceSet.Of(known.Candidates.Count + 1, admitted).Others());
            _asked.Add(asked);
            _deductions.Add(by is { } package ? Nogood.Of(asked, Is(package, choice), refused) : Nogood.Of(asked, refused));
        }
    }

    private int NumberOf(KnownPackage known, string key, string? extra, int depth)
    {
        if (_numbers.TryGetValue((key, extra), out var number)) return number;
        number = _deductions.AddPackage(known.Candidates.Count + 1);
        _numbers[(key, extra)] = number;
        _wanted.Add(new(known, key, extra, depth));
        return number;
    }

    private NogoodTerm Is(int package, int choice) => new(package, ChoiceSet.Only(_wanted[package].Known.Candidates.Count + 1, choice));

    private void Note(Sentence note)
    {
        if (!_notes.Contains(note)) _notes.Add(note);
    }

    private Result<Resolution>? Fail(Nogood proof)
    {
        var facts = proof.Facts().ToList();
        var missed = facts.OfType<Asked>().GroupBy(asked => _wanted[asked.Target].Known)
            .Aggregate(false, (any, group) => resolver.TakePreReleases(group.Key, [.. group.Select(asked => asked.Requirement)]) || any);
        if (missed) return null;
        return new Explanation(_wanted, resolver, isJudgement).Of(facts);
    }

    private Error TooHard()
    {
        var round = _wanted.Select((wanted, package) => (wanted.Name, Conflicts: _deductions.ConflictsOf(package)))
            .OrderByDescending(one => one.Conflicts).Select(one => one.Name.Display).Distinct(StringComparer.Ordinal).Take(5);
        return new Error.Invalid("too_hard", $"No versions were found that go together before it took too long. Name exact versions of some of these: {string.Join(", ", round)}.", "packages");
    }

    private Resolution Chosen()
    {
        var packages = new List<ResolvedPackage>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var sources = new Dictionary<string, List<RequirementSource>>(StringComparer.Ordinal);
        foreach (var requirement in requirements) AddSource(null, requirement);
        foreach (var requirement in requirements) Visit(requirement.Name.Key);
        return new(packages, _notes);

        void AddSource(PackageName? by, Requirement requirement)
        {
            if (!sources.TryGetValue(requirement.Name.Key, out var list)) sources[requirement.Name.Key] = list = [];
            list.Add(new(by, requirement));
        }

        void Visit(string key)
        {
            if (!seen.Add(key)) return;
            var own = _numbers[(key, null)];
            var choice = _deductions.ChoicesOf(own).Candidates().First();
            var candidate = _wanted[own].Known.Candidates[choice];
            var extras = _numbers.Where(entry => entry.Key.Key == key && entry.Key.Extra is not null && _deductions.ChoicesOf(entry.Value).IsInstalled).Select(entry => entry.Key.Extra!).Order(StringComparer.Ordinal).ToList();
            var needs = resolver.Needs(candidate).Value!;
            foreach (var extra in extras.Where(needs.Lacks)) Note($"{candidate} has no extra '{extra}'.");
            if (candidate.Yanked is { Length: > 0 } reason) Note($"{candidate} was withdrawn by its authors: {reason}");
            else if (candidate.Yanked is not null) Note($"{candidate} was withdrawn by its authors.");
            var depends = needs.Always.Concat(extras.SelectMany(needs.With)).Distinct().ToList();
            foreach (var requirement in depends) AddSource(candidate.Name, requirement);
            foreach (var requirement in depends) Visit(requirement.Name.Key);
            var names = depends.Select(requirement => requirement.Name).Distinct().Where(name => name.Key != key).ToList();
            packages.Add(new(candidate, extras, names, sources[key]));
        }
    }
}

/// <summary>A package that somebody wants, with or without one of its extras.</summary>
sealed record Wanted(KnownPackage Known, string Key, string? Extra, int Depth)
{
    public PackageName Name => Known.Listing.Name;

    /// <summary>The candidates whose needs are known.</summary>
    public HashSet<int> Expanded { get; } = [];
}
