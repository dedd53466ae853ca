using System.Globalization;

namespace PyScriptHub.Domain.Tests.Packages;

/// <summary>The resolver against a search that tries everything, on small worlds out of a fixed seed.</summary>
public sealed class ResolverSearchTests
{
    private const int Packages = 5;
    private const int Versions = 3;

    [Fact]
    public async Task It_finds_an_answer_exactly_where_there_is_one()
    {
        var found = 0;
        for (var seed = 0; seed < 1_500; seed++)
        {
            var random = new Random(seed);
            // By package and version: what it needs, a package and the versions of it, as bits.
            var needs = new List<(int Package, int Allowed)>[Packages, Versions];
            var table = new CandidateTable();
            for (var package = 0; package < Packages; package++)
            {
                for (var version = 0; version < Versions; version++)
                {
                    var list = needs[package, version] = [.. Enumerable.Range(0, random.Next(3)).Select(_ => (random.Next(Packages), random.Next(1, (1 << Versions) - 1)))];
                    table.Add(string.Create(CultureInfo.InvariantCulture, $"p{package} {version}: {string.Join(" | ", list.Select(Text))}"));
                }
            }
            var roots = Enumerable.Range(0, 3).Select(_ => (Package: random.Next(Packages), Allowed: random.Next(1, 1 << Versions))).ToList();
            var result = await table.ResolveAsync(string.Join(" | ", roots.Select(Text)));
            result.IsOk.ShouldBe(IsSolvable(needs, roots), string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {result.Error}"));
            if (!result.IsOk) continue;
            found++;
            var chosen = result.Value.Packages.ToDictionary(package => package.Candidate.Name.Key[1] - '0', package => package.Candidate.VersionText[0] - '0');
            foreach (var (package, allowed) in roots.Concat(chosen.SelectMany(entry => needs[entry.Key, entry.Value])))
                (allowed >> chosen[package] & 1).ShouldBe(1, string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        }
        found.ShouldBeInRange(200, 1_300);
    }

    private static string Text((int Package, int Allowed) need) => string.Create(CultureInfo.InvariantCulture, $"p{need.Package}") + string.Join(
        ',', Enumerable.Range(0, Versions).Where(version => (need.Allowed >> version & 1) == 0).Select(version => string.Create(CultureInfo.InvariantCulture, $"!={version}")));

    // Each package in each version or not at all.
    private static bool IsSolvable(List<(int Package, int Allowed)>[,] needs, List<(int Package, int Allowed)> roots)
    {
        var worlds = (int)Math.Pow(Versions + 1, Packages);
        for (var world = 0; world < worlds; world++)
        {
            var (rest, versions) = (world, new int[Packages]);
            for (var package = 0; package < Packages; package++) (versions[package], rest) = (rest % (Versions + 1) - 1, rest / (Versions + 1));
            var asked = roots.Concat(Enumerable.Range(0, Packages).Where(package => versions[package] >= 0).SelectMany(package => needs[package, versions[package]]));
            if (asked.All(need => versions[need.Package] >= 0 && (need.Allowed >> versions[need.Package] & 1) == 1)) return true;
        }
        return false;
    }
}
