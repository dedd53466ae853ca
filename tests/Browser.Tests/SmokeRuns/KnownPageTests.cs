using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Browser;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>Pages whose verdicts are known, run as a worker runs them.</summary>
public sealed class KnownPageTests(SmokeStage stage) : IClassFixture<SmokeStage>
{
    public static TheoryData<string, Interpreter> Runs() =>
        [.. KnownPages.All.SelectMany(page => page.Verdicts().Select(verdict => (page.Name, verdict.Interpreter)))];

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_page_gets_the_verdict_that_a_person_would_give_it(string name, Interpreter interpreter)
    {
        // All are begun by whichever test is first: two at a time, and not one after the other.
        stage.Begin(KnownPages.All.SelectMany(page => page.Verdicts().Select(verdict => (page, verdict.Interpreter))));
        var page = KnownPages.All.Single(page => page.Name == name);
        Compare(await stage.RunOnceAsync(page, interpreter), page.Verdicts().Single(verdict => verdict.Interpreter == interpreter).Expected);
    }

    private static void Compare(OpenedPage opened, Expected expected)
    {
        var result = opened.Result;
        var all = Describe(result);
        result.Outcome.ShouldBe(expected.Outcome, all);
        result.StillRunning.ShouldBe(expected.StillRunning, all);
        if (expected.Says is not null) $"{result.Error?.Type}: {result.Error?.Message} {result.Awaited}".ShouldContain(expected.Says, Case.Sensitive, all);
        if (expected.At is not null) $"{result.Error?.File}:{result.Error?.Line}".ShouldBe(expected.At, all);
        if (expected.Requests is not null) result.Evidence.Requests.ShouldContain(request => request.Reason == expected.Requests, all);
        if (expected.Modules is not null) expected.Modules.Split(' ').ShouldBeSubsetOf(result.Evidence.Modules, all);
        if (expected.Prints is not null) result.Evidence.Console.ShouldContain(line => line.Text.Contains(expected.Prints, StringComparison.Ordinal), all);
        if (expected.Outcome is SmokeOutcome.Passed)
        {
            opened.Screenshot.ShouldNotBeNull(all);
            result.ReadyMs.ShouldNotBeNull(all);
            result.Error.ShouldBeNull(all);
        }
    }

    internal static string Describe(SmokeResult result) => string.Join('\n', [
        $"{result.Outcome}{(result.StillRunning ? " (still running)" : "")} ready {result.ReadyMs} done {result.DoneMs} awaited {result.Awaited}",
        $"error {result.Error}",
        $"requests {string.Join(", ", result.Evidence.Requests)}",
        $"modules {string.Join(' ', result.Evidence.Modules)}; packages {string.Join(' ', result.Evidence.Packages)}",
        .. result.Evidence.Console.Take(60).Select(line => $"  {line.Level}: {line.Text}"),
    ]);
}
