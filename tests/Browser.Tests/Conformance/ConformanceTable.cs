using System.Globalization;
using System.Text;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>Makes docs/conformance.md of a run: the same text for the same outcomes, without dates or timings.</summary>
internal static class ConformanceTable
{
    private const string Passes = "passes";

    /// <summary>The documented command that writes the table anew.</summary>
    public const string Command = "CONFORMANCE_WRITE=1 dotnet test --project tests/Browser.Tests";

    /// <summary>Where the table is committed.</summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(PageSet.Folder, "../../../../docs/conformance.md"));

    /// <summary>The members and columns for which the run holds no row where one is wanted, or holds one where none can be.</summary>
    public static IEnumerable<string> Gaps(IReadOnlyCollection<ConformanceRow> rows)
    {
        var known = new HashSet<(string, Cell)>();
        foreach (var member in PlatformTable.Members)
        {
            foreach (var cell in member.Cells)
            {
                known.Add((member.Id, cell));
                var found = RowsOf(rows, member, cell);
                if (member.NotTestable.ContainsKey(cell))
                {
                    if (found.Count > 0)
                        yield return $"{member.Id} {cell.Interpreter}/{cell.Thread}: said to be not testable here, and driven";
                }
                else
                {
                    if (!found.Exists(row => row.Placing == Placing.Top))
                        yield return $"{member.Id} {cell.Interpreter}/{cell.Thread}: no row on top";
                    if (!member.TopOnly && !found.Exists(row => row.Placing == Placing.Framed))
                        yield return $"{member.Id} {cell.Interpreter}/{cell.Thread}: no row in the frame";
                }
            }
        }
        foreach (var row in rows.Where(row => !known.Contains((row.Member, new Cell(row.Interpreter, row.Thread)))))
            yield return $"not in the table: {row}";
    }

    /// <summary>The table in Markdown.</summary>
    public static string Markdown(IReadOnlyCollection<ConformanceRow> rows)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # What works on the hub

            Made from the last run of the conformance suite (`tests/Browser.Tests/Conformance`), which drives each of these in Chromium on
            PyScript 2026.7.3, by a page's own address and in the hub's frame. Do not edit: `{Command}`
            writes it anew, and a test fails where it differs from the run.

            | mark | means |
            | --- | --- |
            | ✓ | works |
            | ◐ | works, but for what the note says |
            | ✗ | not there in PyScript itself; that and what happens instead is asserted |
            | ? | cannot be tested on the build machines |
            | · | does not apply |

            """).Append('\n');
        foreach (var area in PlatformTable.Members.GroupBy(member => member.Area, StringComparer.Ordinal))
        {
            var cells = area.SelectMany(member => member.Cells).Any(cell => cell == PlatformTable.JavaScriptWorker)
                ? new[] { PlatformTable.JavaScriptMain, PlatformTable.JavaScriptWorker }
                : [PlatformTable.PyodideMain, PlatformTable.PyodideWorker, PlatformTable.MicroPythonMain, PlatformTable.MicroPythonWorker];
            text.Append("\n## ").Append(area.Key).Append("\n\n| | ").AppendJoin(" | ", cells.Select(Heading)).Append(" | notes |\n| --- |");
            foreach (var _ in cells)
                text.Append(" :-: |");
            text.Append(" --- |\n");
            foreach (var member in area)
            {
                text.Append("| ").Append(member.Title).Append(" | ").AppendJoin(" | ", cells.Select(cell => Mark(rows, member, cell)))
                    .Append(" | ").Append(Notes(rows, member, cells)).Append(" |\n");
            }
        }
        return text.ToString();
    }

    private static string Heading(Cell cell) => cell.Interpreter switch
    {
        "pyodide" => $"Pyodide {cell.Thread}",
        "micropython" => $"MicroPython {cell.Thread}",
        _ => cell.Thread,
    };

    private static List<ConformanceRow> RowsOf(IEnumerable<ConformanceRow> rows, Member member, Cell cell) =>
        [.. rows.Where(row => string.Equals(row.Member, member.Id, StringComparison.Ordinal) && new Cell(row.Interpreter, row.Thread) == cell)];

    private static string Mark(IEnumerable<ConformanceRow> rows, Member member, Cell cell)
    {
        if (!member.Cells.Contains(cell)) return "·";
        if (member.NotTestable.ContainsKey(cell)) return "?";
        var found = RowsOf(rows, member, cell);
        var passing = found.Count(row => string.Equals(row.Outcome, Passes, StringComparison.Ordinal));
        if (found.Count == 0) return "no row";
        return passing == found.Count ? "✓" : passing == 0 ? "✗" : "◐";
    }

    private static string Notes(IReadOnlyCollection<ConformanceRow> rows, Member member, Cell[] cells)
    {
        var notes = new List<(string Note, Cell Cell, bool FrameOnly)>();
        foreach (var cell in cells)
        {
            if (member.NotTestable.TryGetValue(cell, out var reason))
                notes.Add((reason, cell, false));
            var lacking = RowsOf(rows, member, cell).Where(row => !string.Equals(row.Outcome, Passes, StringComparison.Ordinal));
            foreach (var group in lacking.GroupBy(row => row.Note, StringComparer.Ordinal))
                notes.Add((group.Key, cell, group.All(row => row.Placing == Placing.Framed)));
        }
        return string.Join("; ", notes
            .GroupBy(note => (note.Note, note.FrameOnly))
            .OrderBy(group => group.Key.Note, StringComparer.Ordinal)
            .Select(group => $"{Where(group.Select(note => note.Cell), member, group.Key.FrameOnly)}{Escape(group.Key.Note)}"));
    }

    private static string Where(IEnumerable<Cell> cells, Member member, bool frameOnly)
    {
        var distinct = cells.Distinct().ToList();
        var where = distinct.Count == member.Cells.Count ? "" : string.Join(", ", distinct.Select(Heading));
        if (frameOnly) where += where.Length == 0 ? "framed" : ", framed";
        return where.Length == 0 ? "" : $"*{where}*: ";
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
