using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Testing;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>How long "will it work" takes beyond the upstream's own answers; bench/will-it-work tells the figures.</summary>
public sealed class WillItWorkTests
{
    private const int Dependencies = 50;

    // A tree of this width: a level's packages are only known once that above has answered.
    private const int Width = 4;

    private static readonly TimeSpan s_latency = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tree_of_fifty_dependencies_is_judged_and_each_page_and_metadata_is_asked_for_once()
    {
        var rounds = FullForm.Times(1, 7);
        var (first, again, own) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            await using var upstream = await LoopbackIndex.StartAsync();
            upstream.Latency = FullForm.IsAsked ? s_latency : TimeSpan.Zero;
            for (var i = 0; i <= Dependencies; i++)
                upstream.Add(WheelBuilder.Simple($"tree-{i}", "1.0", [.. Enumerable.Range((i * Width) + 1, Width).Where(child => child <= Dependencies).Select(child => $"tree-{child}>=1")]));
            await using var hub = await HubServer.StartAsync(options => options with { Packages = new PackageOptions { Upstreams = [upstream.Index] } });
            // The hub is warm, and this package is not: what a class finds that looks up another package.
            upstream.Add(WheelBuilder.Simple("other", "1.0"));
            (await hub.Client.GetAsync("/api/v1/packages/other", Cancellation)).EnsureSuccessStatusCode();
            var clock = Stopwatch.StartNew();
            var status = (await (await hub.Client.GetAsync("/api/v1/packages/tree-0", Cancellation)).JsonAsync()).GetProperty("statuses").EnumerateArray().First();
            first.Add(clock.Elapsed.TotalMilliseconds);
            own.Add(first[^1] - (2 * Levels() * upstream.Latency.TotalMilliseconds));
            status.Text("status").ShouldBe("works");
            clock.Restart();
            (await hub.Client.GetAsync("/api/v1/packages/tree-0", Cancellation)).EnsureSuccessStatusCode();
            again.Add(clock.Elapsed.TotalMilliseconds);
            upstream.Asked.Where(path => path.Contains("tree-", StringComparison.Ordinal) || path.Contains("tree_", StringComparison.Ordinal)).GroupBy(path => path, StringComparer.Ordinal)
                .ShouldAllBe(asked => asked.Count() == 1);
            await using var db = hub.OpenDatabase();
            (await db.UpstreamMetadata.CountAsync(Cancellation)).ShouldBe(Dependencies + 2);
        }
        FullForm.Report(
            "will-it-work", ("rounds", rounds), ("dependencies", Dependencies), ("levels", Levels()), ("ms an answer", s_latency.TotalMilliseconds),
            ("first ms", Median(first)), ("from", first.Min()), ("to", first.Max()), ("beyond the answers ms", Median(own)), ("from", own.Min()), ("to", own.Max()),
            ("again ms", Median(again)), ("from", again.Min()), ("to", again.Max()));
        if (!FullForm.IsAsked) return;
        Median(own).ShouldBeLessThan(2_000);
        Median(again).ShouldBeLessThan(50);
    }

    // A page and then the metadata, level by level.
    private static int Levels()
    {
        var levels = 1;
        for (var last = 0; last < Dependencies; last = (last * Width) + Width) levels++;
        return levels;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
