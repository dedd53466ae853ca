namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>Everything that a hosted page may use, driven in Chromium on a project of the hub.</summary>
public sealed class ConformanceTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    [Fact]
    public void Every_page_finishes() =>
        run.Results.Where(result => result.Unfinished.Count > 0).Select(Describe).ShouldBeEmpty();

    [Fact]
    public void Every_row_passes_or_asserts_the_lack() =>
        run.Rows.Where(row => row.Outcome is not ("passes" or "unsupported")).Select(row => row.ToString()).Order(StringComparer.Ordinal).ShouldBeEmpty();

    [Fact]
    public void No_request_leaves_the_host() =>
        Assert.Empty(run.Results.SelectMany(result => result.Outside.Select(url => $"{result.Page} ({result.Placing}): {url}")));

    [Fact]
    public void The_hub_logs_no_error() => Assert.Empty(run.HubErrors);

    [Fact]
    public void Every_member_of_the_platform_table_has_a_row_for_each_interpreter_and_thread() =>
        Assert.Empty(ConformanceTable.Gaps(run.Rows));

    [Fact]
    public async Task The_committed_table_is_that_of_this_run()
    {
        var made = ConformanceTable.Markdown(run.Rows);
        if (Environment.GetEnvironmentVariable("CONFORMANCE_WRITE") is "1")
            await File.WriteAllTextAsync(ConformanceTable.Path, made, TestContext.Current.CancellationToken);
        var committed = await File.ReadAllTextAsync(ConformanceTable.Path, TestContext.Current.CancellationToken);
        // Lines, not the whole: what fails on another machine is read in its log.
        LinesOf(made).Except(LinesOf(committed), StringComparer.Ordinal).ShouldBeEmpty($"docs/conformance.md lacks lines of this run: {ConformanceTable.Command}");
        LinesOf(committed).ShouldBe(LinesOf(made), $"docs/conformance.md is not that of this run: {ConformanceTable.Command}");
    }

    private static string[] LinesOf(string text) => text.ReplaceLineEndings("\n").Split('\n');

    private static string Describe(PageResult result) =>
        $"{result.Page} ({result.Placing}): {string.Join(", ", result.Unfinished)}\n  {string.Join("\n  ", result.Console.TakeLast(12))}";
}
