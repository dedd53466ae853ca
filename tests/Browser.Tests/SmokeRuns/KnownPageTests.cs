using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Web.Tests.Reliability;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>
/// Pages whose verdicts are known, run as a worker runs them. The short form runs one in three, and of those in
/// Pyodide, which takes seconds of a processor to start, one in eight; the full form is <c>bench/known-pages</c>.
/// </summary>
[Collection(SmokeStage.OneAfterTheOther)]
public sealed class KnownPageTests(SmokeStage stage) : IClassFixture<SmokeStage>
{
    public static TheoryData<string, Interpreter> Runs() =>
        [.. Wanted(KnownPages.All).Select(run => (run.Page.Name, run.Interpreter))];

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_page_gets_the_verdict_that_a_person_would_give_it(string name, Interpreter interpreter)
    {
        Begin();
        var page = KnownPages.All.Single(page => page.Name == name);
        var opened = await stage.RunOnceAsync(page, interpreter);
        Compare(opened, page.Verdicts().Single(verdict => verdict.Interpreter == interpreter).Expected);
        opened.Screenshot.ShouldNotBeNull();
        opened.Screenshot.Length.ShouldBeLessThanOrEqualTo(2_000_000);
    }

    public static TheoryData<string> BadNames() => [.. Wanted(BadPages.All).Select(run => run.Page.Name)];

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task A_page_that_misbehaves_gets_its_verdict_and_harms_no_page_after_it(string name)
    {
        Begin();
        var page = BadPages.All.Single(page => page.Name == name);
        var opened = await stage.RunOnceAsync(page, Interpreter.Micropython);
        Compare(opened, page.Micropython!);
        opened.Result.Evidence.Console.Sum(line => System.Text.Encoding.UTF8.GetByteCount(line.Text)).ShouldBeLessThan(256 * 1024);
        // In the short form that is shown by those that run beside and after it.
        if (!FullForm.IsAsked) return;
        var next = KnownPages.All.Single(next => next.Name == "a script in a file");
        Compare(await stage.RunAsync(next, Interpreter.Micropython), next.Micropython!);
    }

    // All are begun by whichever test is first: two at a time, and not one after the other.
    private void Begin() => stage.Begin(Wanted(KnownPages.All).Concat(Wanted(BadPages.All)));

    private static IEnumerable<(KnownPage Page, Interpreter Interpreter)> Wanted(IEnumerable<KnownPage> pages) => pages
        .SelectMany(page => page.Verdicts().Select(verdict => (Page: page, verdict.Interpreter))).GroupBy(run => run.Interpreter)
        .SelectMany(runs => runs.Where((_, number) => FullForm.IsAsked || number % (runs.Key is Interpreter.Pyodide ? 8 : 3) == 0));

    private static void Compare(OpenedPage opened, Expected expected)
    {
        var result = opened.Result;
        var all = Describe(result);
        result.Outcome.ShouldBe(expected.Outcome, all);
        result.StillRunning.ShouldBe(expected.StillRunning, all);
        if (expected.Says is not null) $"{result.Error?.Type}: {result.Error?.Message} {result.Awaited}".ShouldContain(expected.Says, Case.Sensitive, all);
        if (expected.At is not null) $"{result.Error?.File}:{result.Error?.Line}".ShouldBe(expected.At, all);
        if (expected.Request is not null) result.Evidence.Requests.ShouldContain(request => request.Reason == expected.Request, all);
        if (expected.Modules is not null) expected.Modules.Split(' ').ShouldBeSubsetOf(result.Evidence.Modules, all);
        if (expected.Packages is not null) result.Evidence.Packages.ShouldBe(expected.Packages.Split(' '), all);
        if (expected.Prints is not null) result.Evidence.Console.ShouldContain(line => line.Text.Contains(expected.Prints, StringComparison.Ordinal), all);
        if (expected.Outcome is SmokeOutcome.Passed)
        {
            result.ReadyMs.ShouldNotBeNull(all);
            result.Error.ShouldBeNull(all);
        }
    }

    private static string Describe(SmokeResult result) => string.Join('\n', [
        $"{result.Outcome}{(result.StillRunning ? " (still running)" : "")} ready {result.ReadyMs} done {result.DoneMs} awaited {result.Awaited}",
        $"error {result.Error}",
        $"requests {string.Join(", ", result.Evidence.Requests)}",
        $"modules {string.Join(' ', result.Evidence.Modules)}; packages {string.Join(' ', result.Evidence.Packages)}",
        .. result.Evidence.Console.Take(60).Select(line => $"  {line.Level}: {line.Text}"),
    ]);
}
