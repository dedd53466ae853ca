using System.Diagnostics;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Tests.Reliability;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>What a run costs beyond the page itself, and how many fit into a minute. By <c>bench/smoke</c> alone: a machine that does other things says nothing of it.</summary>
public sealed class SmokeFigures(SmokeStage stage) : IClassFixture<SmokeStage>
{
    private const double MostOverheadMs = 700;

    private static readonly KnownPage s_page = KnownPage.Of("a small page", """
        <script type="py">
        from pyscript import display
        display("Hello")
        </script>
        """);

    [Theory(Explicit = true)]
    [InlineData(Interpreter.Pyodide, 15)]
    [InlineData(Interpreter.Micropython, 40)]
    public async Task A_run_costs_little_more_than_its_page_and_many_fit_into_a_minute(Interpreter interpreter, double leastPerMinute)
    {
        var times = FullForm.Times(7, 7);
        // The first of each pays for the browser's start and for what the hub keeps in memory.
        await stage.RunAsync(s_page, interpreter);
        await stage.BareAsync(s_page, interpreter);
        List<double> runs = [], bare = [];
        // In turns, so that a machine that grows busier does so for both.
        for (var n = 0; n < times; n++)
        {
            bare.Add((await stage.BareAsync(s_page, interpreter)).TotalMilliseconds);
            var one = Stopwatch.StartNew();
            (await stage.RunAsync(s_page, interpreter)).Result.Outcome.ShouldBe(SmokeOutcome.Passed);
            runs.Add(one.Elapsed.TotalMilliseconds);
        }
        var overhead = Median(runs) - Median(bare);

        const int Many = 20;
        var all = Stopwatch.StartNew();
        var opened = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => stage.RunAsync(s_page, interpreter)));
        opened.ShouldAllBe(page => page.Result.Outcome == SmokeOutcome.Passed);
        var perMinute = Many / all.Elapsed.TotalMinutes;

        FullForm.Report(Interpreters.NameOf(interpreter), ("runs", times), ("page ms", Median(bare)), ("run ms", Median(runs)), ("overhead ms", overhead), ("at most", MostOverheadMs),
            ("runs a minute, 2 at once", perMinute), ("at least", leastPerMinute));
        overhead.ShouldBeLessThanOrEqualTo(MostOverheadMs);
        perMinute.ShouldBeGreaterThanOrEqualTo(leastPerMinute);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
