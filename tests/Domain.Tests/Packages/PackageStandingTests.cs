using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Tests.Packages;

/// <summary>The one rule by which evidence becomes a status.</summary>
public sealed class PackageStandingTests
{
    private const string Release = "2026.7.3";

    private static readonly DateTimeOffset s_day = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static PackageEvidence Fact(
        EvidenceKind kind, PackageStatus outcome, int day = 0, string? release = Release, string? source = null, Interpreter interpreter = Interpreter.Pyodide) =>
        new(kind, source ?? kind.ToString(), interpreter, release, "1.0", outcome, s_day.AddDays(day), null);

    public static TheoryData<string, PackageEvidence[], PackageStatus, EvidenceKind?, EvidenceKind?> Table() => new()
    {
        { "nothing is known", [], PackageStatus.Unknown, null, null },
        { "it comes with the interpreter", [Fact(EvidenceKind.Bundled, PackageStatus.Works)], PackageStatus.Works, EvidenceKind.Bundled, null },
        { "it imports and cannot work", [Fact(EvidenceKind.Bundled, PackageStatus.Fails)], PackageStatus.Fails, EvidenceKind.Bundled, null },
        { "a lock has it", [Fact(EvidenceKind.Lock, PackageStatus.Works)], PackageStatus.Works, EvidenceKind.Lock, null },
        { "a test beats a lock, however old", [Fact(EvidenceKind.Tested, PackageStatus.Fails), Fact(EvidenceKind.Lock, PackageStatus.Works, day: 9)], PackageStatus.Fails, EvidenceKind.Tested, EvidenceKind.Lock },
        { "a lock beats a record", [Fact(EvidenceKind.Community, PackageStatus.Fails, day: 9, release: null), Fact(EvidenceKind.Lock, PackageStatus.Works)], PackageStatus.Works, EvidenceKind.Lock, EvidenceKind.Community },
        { "a wheel's tags beat a report", [Fact(EvidenceKind.Report, PackageStatus.Works, day: 9), Fact(EvidenceKind.Wheel, PackageStatus.Fails)], PackageStatus.Fails, EvidenceKind.Wheel, EvidenceKind.Report },
        { "what was seen is as good as a test, and the newer one decides", [Fact(EvidenceKind.Tested, PackageStatus.Fails), Fact(EvidenceKind.Seen, PackageStatus.Works, day: 1)], PackageStatus.Works, EvidenceKind.Seen, EvidenceKind.Tested },
        { "a record alone", [Fact(EvidenceKind.Community, PackageStatus.Works, release: null)], PackageStatus.Works, EvidenceKind.Community, null },
        { "the newer report decides", [Fact(EvidenceKind.Report, PackageStatus.Works, source: "ada"), Fact(EvidenceKind.Report, PackageStatus.Fails, day: 1, source: "bob")], PackageStatus.Fails, EvidenceKind.Report, EvidenceKind.Report },
        { "a report of this release beats a newer record of none", [Fact(EvidenceKind.Report, PackageStatus.Fails), Fact(EvidenceKind.Community, PackageStatus.Works, day: 9, release: null)], PackageStatus.Fails, EvidenceKind.Report, EvidenceKind.Community },
        { "partly agrees with both", [Fact(EvidenceKind.Tested, PackageStatus.Partly), Fact(EvidenceKind.Lock, PackageStatus.Works), Fact(EvidenceKind.Report, PackageStatus.Fails)], PackageStatus.Partly, EvidenceKind.Tested, null },
        { "who changes their mind contradicts nobody", [Fact(EvidenceKind.Tested, PackageStatus.Fails), Fact(EvidenceKind.Tested, PackageStatus.Works, day: 1)], PackageStatus.Works, EvidenceKind.Tested, null },
        { "another release says nothing", [Fact(EvidenceKind.Tested, PackageStatus.Works, release: "2024.1.1")], PackageStatus.Unknown, null, null },
        { "another interpreter says nothing", [Fact(EvidenceKind.Tested, PackageStatus.Works, interpreter: Interpreter.Micropython)], PackageStatus.Unknown, null, null },
        { "of two that contradict, the stronger is told", [Fact(EvidenceKind.Tested, PackageStatus.Works), Fact(EvidenceKind.Report, PackageStatus.Fails, day: 5), Fact(EvidenceKind.Wheel, PackageStatus.Fails)], PackageStatus.Works, EvidenceKind.Tested, EvidenceKind.Wheel },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Evidence_comes_to_one_status_in_whatever_order_it_is_given(string what, PackageEvidence[] evidence, PackageStatus status, EvidenceKind? deciding, EvidenceKind? against)
    {
        foreach (var order in (PackageEvidence[][])[evidence, [.. evidence.Reverse()]])
        {
            var standing = PackageStanding.Of(order, Interpreter.Pyodide, Release);
            (standing.Status, standing.Deciding?.Kind, standing.Against?.Kind).ShouldBe((status, deciding, against), what);
        }
    }
}
