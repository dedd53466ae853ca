using PyScriptHub.Browser.Tests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace PyScriptHub.Browser.Tests;

/// <summary>
/// Begins with the collections that take minutes: two run at a time, and a long one that is begun last would leave half of the machine idle.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long = [SmokeRuns.SmokeStage.OneAfterTheOther, "ConformanceTests", "NothingIsLostTests", "HubPageTests", "PreviewTests", "SharedWorkshop"];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(RankOf)];

    private static int RankOf<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var rank = Array.FindIndex(s_long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal));
        return rank < 0 ? s_long.Length : rank;
    }
}
