using PyScriptHub.Domain.Packages;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Tests.Packages;

/// <summary>The locks that come with the hub.</summary>
public sealed class BundledLockTests
{
    [Theory]
    [InlineData("0.24.1", 244, "3.11.3", "3.1.45", "emscripten_3_1_45_wasm32")]
    [InlineData("0.29.0", 358, "3.13.2", "4.0.9", "pyodide_2025_0_wasm32 emscripten_4_0_9_wasm32")]
    [InlineData("0.29.3", 375, "3.13.2", "4.0.9", "pyodide_2025_0_wasm32 emscripten_4_0_9_wasm32")]
    [InlineData("314.0.2", 354, "3.14.0", "5.0.3", "pyemscripten_2026_0_wasm32 pyodide_2026_0_wasm32 emscripten_5_0_3_wasm32")]
    [InlineData("314.0.5", 356, "3.14.2", "5.0.3", "pyemscripten_2026_0_wasm32 pyodide_2026_0_wasm32 emscripten_5_0_3_wasm32")]
    public void A_lock_says_what_it_is_for_and_each_wheel_in_it_fits(string pyodide, int count, string python, string emscripten, string platforms)
    {
        var read = Read(pyodide);
        read.Packages.Count.ShouldBe(count);
        string.Join(' ', read.Info.Platforms).ShouldBe(platforms);
        (read.Info.Environment.PythonFullVersion, read.Info.Environment.PlatformRelease).ShouldBe((python, emscripten));
        var tags = read.Info.Tags($"Pyodide {pyodide}").Value.ShouldNotBeNull();
        var wheels = read.Packages.Where(package => package.FileName.EndsWith(".whl", StringComparison.Ordinal)).ToList();
        wheels.Count.ShouldBeGreaterThan(150);
        wheels.Where(package => WheelFileName.Parse(package.FileName) is not { IsOk: true, Value: var wheel } || !tags.Fits(wheel)).Select(package => package.FileName).ShouldBeEmpty();
        var names = read.Packages.Select(package => package.Name).ToHashSet();
        read.Packages.SelectMany(package => package.Depends).Where(name => !names.Contains(name)).ShouldBeEmpty();
        read.Packages.Count(package => package.IsPackage && !package.FileName.EndsWith(".whl", StringComparison.Ordinal)).ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData("0.24.1")]
    [InlineData("0.29.0")]
    [InlineData("0.29.3")]
    [InlineData("314.0.2")]
    [InlineData("314.0.5")]
    public async Task Each_package_of_a_lock_resolves_and_all_of_them_together(string pyodide)
    {
        var read = Read(pyodide);
        var source = new LockCandidates(read, pyodide);
        foreach (var package in read.Packages)
        {
            var requirement = new Requirement(package.Name, [], VersionSpecifiers.Any, null, null);
            var resolution = await new Resolver(source, read.Info.Environment).ResolveAsync([requirement], CancellationToken.None);
            resolution.Error?.Message.ShouldBeNull(package.Name.Display);
            resolution.Value!.Packages[^1].Candidate.VersionText.ShouldBe(package.Version);
        }
        var all = read.Packages.Select(package => new Requirement(package.Name, [], VersionSpecifiers.Any, null, null)).ToList();
        (await new Resolver(source, read.Info.Environment).ResolveAsync(all, CancellationToken.None)).Value.ShouldNotBeNull().Packages.Count.ShouldBe(read.Packages.Count);
    }

    private static PyodideLock Read(string pyodide) => PyodideLock.Parse(
        File.ReadAllBytes(Path.Combine(RuntimeSources.BundledFolder(), "node_modules", $"pyodide-{pyodide}", "pyodide-lock.json"))).Value.ShouldNotBeNull();

    private sealed class LockCandidates(PyodideLock read, string pyodide) : IPackageCandidates
    {
        private readonly PackageOrigin _origin = new($"the lock of Pyodide {pyodide}", 0) { IsLock = true };

        public Task<IReadOnlyList<PackageListing>> FindAsync(IReadOnlyList<PackageName> names, CancellationToken ct) => Task.FromResult<IReadOnlyList<PackageListing>>(
            [.. names.Select(name => new PackageListing(name, [.. read.Packages.Where(package => package.Name == name).Select(package => package.AsCandidate(_origin))], [_origin.Name]))]);

        public Task<IReadOnlyList<Domain.Outcomes.Result<PackageNeeds>>> ReadNeedsAsync(IReadOnlyList<Candidate> candidates, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<Domain.Outcomes.Result<PackageNeeds>>>([.. candidates.Select(candidate => read.Packages.Single(package => package.Name == candidate.Name).Needs)]);
    }
}
