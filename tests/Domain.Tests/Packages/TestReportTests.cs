using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Tests.Packages;

/// <summary>What a test's page printed becomes an outcome.</summary>
public sealed class TestReportTests
{
    private const string Marker = "abc123";

    private static readonly SmokeResult s_passed = SmokeResult.Of(SmokeOutcome.Passed);
    private static readonly SmokeResult s_late = SmokeResult.Of(SmokeOutcome.TimedOut) with { Awaited = "the end of main.py" };

    public static TheoryData<string, string[], SmokeResult, PackageStatus, string> Table() => new()
    {
        { "all", ["abc123{}", """abc123{"module": "a"}""", """abc123{"module": "b"}"""], s_passed, PackageStatus.Works, "imported a, b" },
        { "one raised", ["abc123{}", """abc123{"module": "a"}""", """abc123{"module": "b", "error": "ValueError: no"}"""], s_passed, PackageStatus.Partly, "b: ValueError: no" },
        { "one hangs", ["abc123{}", """abc123{"module": "a"}"""], s_late, PackageStatus.Partly, "b: it did not end in time (the end of main.py)" },
        { "none", ["abc123{}", """abc123{"module": "a", "error": "E: 1"}""", """abc123{"module": "b", "error": "E: 2"}"""], s_passed, PackageStatus.Fails, "a: E: 1\nb: E: 2" },
        { "never begun", ["a line"], SmokeResult.Of(SmokeOutcome.Failed, new SmokeError("PythonError", "no wheel", null, null, null)), PackageStatus.Fails, "It could not be installed: PythonError: no wheel" },
        { "what others print is nothing", ["abc123{}", """{"module": "a"}""", """x abc123{"module": "b"}"""], s_passed, PackageStatus.Fails, "a: the page ended before it\nb: the page ended before it" },
        { "broken lines are nothing", ["abc123{", "abc123[]", """abc123{"module": 1}""", """abc123{"module": "a"}"""], s_passed, PackageStatus.Partly, "b: the page ended before it" },
        { "the first line of a module stands", ["""abc123{"module": "a", "error": "E"}""", """abc123{"module": "a"}""", """abc123{"module": "b"}"""], s_passed, PackageStatus.Partly, "a: E" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_report_is_judged_by_each_module(string name, string[] lines, SmokeResult result, PackageStatus outcome, string detail) =>
        TestReport.Read(Marker, lines.Select(line => new ConsoleLine("log", line))).Judge(["a", "b"], result).ShouldBe((outcome, detail), name);
}
