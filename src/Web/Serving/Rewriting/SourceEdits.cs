using System.Runtime.InteropServices;
using System.Text;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>Replacements in a text, put in all at once; everything between them stays as it was.</summary>
sealed class SourceEdits(string text)
{
    private readonly List<Edit> _edits = [];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Edit(int Start, int End, string Replacement);

    public bool Any => _edits.Count > 0;

    public void Replace(int start, int end, string replacement) => _edits.Add(new(start, end, replacement));

    /// <summary>Several at one place come in the order in which they were asked for.</summary>
    public void Insert(int at, string addition) => _edits.Add(new(at, at, addition));

    public string Apply()
    {
        var result = new StringBuilder(text.Length + 1024);
        var done = 0;
        foreach (var edit in _edits.OrderBy(edit => edit.Start))
        {
            if (edit.Start < done) throw new InvalidOperationException($"Edits overlap at {edit.Start}.");
            result.Append(text, done, edit.Start - done).Append(edit.Replacement);
            done = edit.End;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }
}
