using System.Numerics;

namespace PyScriptHub.Domain.Packages;

/// <summary>Some of the choices that there are for one package, each a bit: its candidates by their number and, last, none of them.</summary>
readonly struct ChoiceSet
{
    private const int WordBits = 64;

    private readonly ulong[] _words;

    private ChoiceSet(ulong[] words, int count) => (_words, Count) = (words, count);

    /// <summary>How many choices there are, whether or not they are in the set.</summary>
    public int Count { get; }

    /// <summary>The number of the choice that installs nothing.</summary>
    public int NotInstalled => Count - 1;

    public int Size => _words.Sum(word => BitOperations.PopCount(word));

    public bool IsEmpty => Array.TrueForAll(_words, word => word == 0);

    /// <summary>Whether one of the candidates must be taken.</summary>
    public bool IsInstalled => !Contains(NotInstalled);

    public static ChoiceSet Of(int count, IEnumerable<int> choices)
    {
        var words = new ulong[(count + WordBits - 1) / WordBits];
        foreach (var choice in choices) words[choice / WordBits] |= 1UL << (choice % WordBits);
        return new(words, count);
    }

    public static ChoiceSet Only(int count, int choice) => Of(count, [choice]);

    public static ChoiceSet All(int count) => Of(count, Enumerable.Range(0, count));

    public bool Contains(int choice) => (_words[choice / WordBits] >> (choice % WordBits) & 1) != 0;

    public ChoiceSet And(ChoiceSet other) => Combine(other, (one, two) => one & two);

    public ChoiceSet Or(ChoiceSet other) => Combine(other, (one, two) => one | two);

    public ChoiceSet Without(ChoiceSet other) => Combine(other, (one, two) => one & ~two);

    public ChoiceSet Others() => All(Count).Without(this);

    public bool IsWithin(ChoiceSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & ~other._words[i]) != 0) return false;
        }
        return true;
    }

    public bool Overlaps(ChoiceSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & other._words[i]) != 0) return true;
        }
        return false;
    }

    /// <summary>The candidates in the set, in order.</summary>
    public IEnumerable<int> Candidates()
    {
        for (var choice = 0; choice < NotInstalled; choice++)
        {
            if (Contains(choice)) yield return choice;
        }
    }

    private ChoiceSet Combine(ChoiceSet other, Func<ulong, ulong, ulong> combine)
    {
        var words = new ulong[_words.Length];
        for (var i = 0; i < words.Length; i++) words[i] = combine(_words[i], other._words[i]);
        return new(words, Count);
    }
}
