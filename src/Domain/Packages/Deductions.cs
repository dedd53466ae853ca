namespace PyScriptHub.Domain.Packages;

/// <summary>
/// What is decided, what follows from it, and what was learnt from dead ends: unit propagation and jumps back to the decision that
/// a conflict rests on, as PubGrub does it (Natalie Weizenbaum, "PubGrub: Next-Generation Version Solving", 2018).
/// </summary>
sealed class Deductions(ResolutionBounds bounds)
{
    private readonly List<PackageState> _packages = [];
    private readonly List<Step> _steps = [];
    private readonly Queue<int> _changed = [];
    private int _level;
    private int _conflicts;
    private long _looks;

    /// <summary>The proof that there is no solution; null as long as there may be one.</summary>
    public Nogood? Contradiction { get; private set; }

    /// <summary>Whether it went round for longer than it may.</summary>
    public bool IsExhausted => _looks > bounds.Looks || _conflicts > bounds.Conflicts;

    /// <summary>Adds a package, with all its choices open.</summary>
    public int AddPackage(int choices)
    {
        _packages.Add(new(ChoiceSet.All(choices)));
        return _packages.Count - 1;
    }

    /// <summary>What may still be chosen.</summary>
    public ChoiceSet ChoicesOf(int package) => _packages[package].Current;

    /// <summary>How many dead ends the package had a part in.</summary>
    public int ConflictsOf(int package) => _packages[package].Conflicts;

    public void Add(Nogood? nogood)
    {
        if (nogood is null) return;
        if (nogood.Terms.Count == 0) Contradiction ??= nogood;
        foreach (var term in nogood.Terms)
        {
            _packages[term.Package].Nogoods.Add(nogood);
            _changed.Enqueue(term.Package);
        }
    }

    public void Decide(int package, int choice)
    {
        _level++;
        Set(package, ChoiceSet.Only(ChoicesOf(package).Count, choice), null);
    }

    /// <summary>Draws all conclusions. False: there is a <see cref="Contradiction"/>, or it took too long.</summary>
    public bool Propagate()
    {
        while (Contradiction is null && !IsExhausted && _changed.TryDequeue(out var package))
        {
            var nogoods = _packages[package].Nogoods;
            // The newest are the most telling.
            for (var i = nogoods.Count - 1; i >= 0; i--)
            {
                _looks++;
                if (Look(nogoods[i])) continue;
                Learn(nogoods[i]);
                break;
            }
        }
        return Contradiction is null && !IsExhausted;
    }

    // False where all of its terms hold.
    private bool Look(Nogood nogood)
    {
        NogoodTerm? open = null;
        foreach (var term in nogood.Terms)
        {
            var current = ChoicesOf(term.Package);
            if (current.IsWithin(term.Choices)) continue;
            if (open is not null || !current.Overlaps(term.Choices)) return true;
            open = term;
        }
        if (open is not var (package, choices)) return false;
        Set(package, ChoicesOf(package).Without(choices), nogood);
        return true;
    }

    // Goes back from what must not be to the one decision that, with what was before it, leads to it.
    private void Learn(Nogood nogood)
    {
        _conflicts++;
        while (nogood.Terms.Count > 0)
        {
            var (last, level) = (-1, 0);
            foreach (var index in nogood.Terms.Select(FirstStepWithin))
            {
                if (last >= 0) level = Math.Max(level, _steps[Math.Min(last, index)].Level);
                last = Math.Max(last, index);
            }
            var step = _steps[last];
            if (step.Cause is not null && level >= step.Level)
            {
                nogood = nogood.Resolve(step.Cause, step.Package);
                continue;
            }
            foreach (var term in nogood.Terms) _packages[term.Package].Conflicts++;
            JumpTo(level);
            Add(nogood);
            return;
        }
        Contradiction = nogood;
    }

    private int FirstStepWithin(NogoodTerm term) =>
        _packages[term.Package].Steps.First(index => _steps[index].After.IsWithin(term.Choices));

    private void JumpTo(int level)
    {
        while (_steps.Count > 0 && _steps[^1].Level > level)
        {
            var package = _packages[_steps[^1].Package];
            package.Current = _steps[^1].Before;
            package.Steps.RemoveAt(package.Steps.Count - 1);
            // A nogood that came late may say something without this step too.
            _changed.Enqueue(_steps[^1].Package);
            _steps.RemoveAt(_steps.Count - 1);
        }
        _level = level;
    }

    private void Set(int package, ChoiceSet after, Nogood? cause)
    {
        var state = _packages[package];
        state.Steps.Add(_steps.Count);
        _steps.Add(new(package, state.Current, after, _level, cause));
        state.Current = after;
        _changed.Enqueue(package);
    }

    // Cause: null where it was decided.
    private sealed record Step(int Package, ChoiceSet Before, ChoiceSet After, int Level, Nogood? Cause);

    private sealed class PackageState(ChoiceSet all)
    {
        public ChoiceSet Current { get; set; } = all;

        public List<Nogood> Nogoods { get; } = [];

        public List<int> Steps { get; } = [];

        public int Conflicts { get; set; }
    }
}
