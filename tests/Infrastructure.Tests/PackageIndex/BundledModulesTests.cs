using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;

namespace PyScriptHub.Infrastructure.Tests.PackageIndex;

public sealed class BundledModulesTests
{
    public static TheoryData<string, string, string> Shipped() => new()
    {
        { "2026.7.3", "314.0.2", "1.28.0-6" },
        { "2026.3.1", "0.29.3", "1.28.0-preview-233" },
        { "2025.11.1", "0.29.0", "1.27.0-preview-283" },
        { "2024.1.1", "0.24.1", "1.21.0-278" },
    };

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_release_was_tried_in_both_interpreters(string release, string pyodide, string micropython)
    {
        var modules = BundledModules.Read().Where(module => module.Release == release).ToLookup(module => module.Interpreter);
        modules[Interpreter.Pyodide].Count().ShouldBeGreaterThan(300);
        modules[Interpreter.Pyodide].ShouldAllBe(module => module.InterpreterVersion == pyodide);
        modules[Interpreter.Micropython].ShouldAllBe(module => module.InterpreterVersion == micropython);
        // What Python has and MicroPython lacks is answered too.
        modules[Interpreter.Pyodide].Select(module => module.Name).Except(modules[Interpreter.Micropython].Select(module => module.Name)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("json", Interpreter.Pyodide, PackageStatus.Works)]
    [InlineData("threading", Interpreter.Pyodide, PackageStatus.Fails)]
    [InlineData("socket", Interpreter.Pyodide, PackageStatus.Fails)]
    [InlineData("subprocess", Interpreter.Pyodide, PackageStatus.Fails)]
    [InlineData("asyncio", Interpreter.Pyodide, PackageStatus.Works)]
    [InlineData("dataclasses", Interpreter.Micropython, PackageStatus.Fails)]
    [InlineData("json", Interpreter.Micropython, PackageStatus.Partly)]
    [InlineData("js", Interpreter.Micropython, PackageStatus.Works)]
    public void A_finding_becomes_evidence(string name, Interpreter interpreter, PackageStatus outcome)
    {
        var evidence = BundledModules.Read().Single(module => module.Name == name && module.Interpreter == interpreter && module.Release == "2026.7.3").ToEvidence();
        evidence.Kind.ShouldBe(EvidenceKind.Bundled);
        evidence.Outcome.ShouldBe(outcome);
        evidence.Source.ShouldMatch("^(Pyodide|MicroPython) .+ in Chromium [0-9]+$");
        evidence.At.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Names_are_those_of_packages_and_no_private_ones() =>
        BundledModules.Read().ShouldAllBe(module => PackageName.Parse(module.Name).IsOk);

    [Fact]
    public void Part_of_the_standard_library_that_comes_by_the_lock_names_its_package() =>
        BundledModules.Read().Single(module => module is { Name: "sqlite3", Interpreter: Interpreter.Pyodide, Release: "2026.3.1" })
            .Detail.ShouldBe("comes as the package sqlite3 of the release's lock");

    [Theory]
    [InlineData("ImportError: no", "", "", "fails: ImportError: no")]
    [InlineData("", "OSError", "", "fails: can be imported, but: OSError")]
    [InlineData("", "OSError", "TypeError", "fails: can be imported, but: OSError")]
    [InlineData("", "", "TypeError: x", "partly: not aside: TypeError: x")]
    [InlineData("", "", "", "works: imported and used")]
    public void The_main_use_decides_and_a_side_use_makes_it_partly(string import, string main, string side, string expected)
    {
        var finding = BundledFinding.Of(import, [(null, main), ("aside", side)]);
        finding.ToString().ShouldBe(expected);
        BundledFinding.Parse(expected).ShouldBe(finding);
    }

    [Fact]
    public void A_module_without_a_use_works_where_it_can_be_imported() => BundledFinding.Of("", []).ToString().ShouldBe("works");

    [Fact]
    public void Differences_name_what_came_what_went_and_what_changed_and_not_the_date()
    {
        var before = File(new(2026, 1, 1), ("a", "works"), ("b", "works"), ("c", "works"));
        var after = File(new(2026, 2, 2), ("a", "works"), ("b", "fails: x"), ("d", "works"));
        before.DifferencesTo(after).ShouldBe(
            ["1.2.3 pyodide b: works → fails: x", "1.2.3 pyodide c: works → (nothing)", "1.2.3 pyodide d: (nothing) → works"]);
        before.DifferencesTo(before with { Date = new(2026, 3, 3), Browser = "Chromium 2" }).ShouldBeEmpty();
    }

    [Fact]
    public void What_to_use_instead_is_found_by_any_spelling_and_says_so_in_both_languages()
    {
        MicropythonInstead.Of("Requests")!.Instead.ShouldBe("pyscript.fetch");
        MicropythonInstead.Of("urllib-request").ShouldBe(MicropythonInstead.Of("urllib.request"));
        MicropythonInstead.Of("json").ShouldBeNull();
        MicropythonInstead.All.Count().ShouldBeGreaterThan(40);
        MicropythonInstead.All.ShouldAllBe(entry => entry.Text.EndsWith('.') && entry.German.EndsWith('.') && entry.Instead.Length > 0);
    }

    [Fact]
    public void Nothing_that_works_in_MicroPython_is_in_need_of_something_instead()
    {
        var working = BundledModules.Read()
            .Where(module => module is { Interpreter: Interpreter.Micropython, Release: "2026.7.3", Outcome: PackageStatus.Works }).Select(module => PackageName.NormalForm(module.Name));
        MicropythonInstead.All.Select(entry => PackageName.NormalForm(entry.Name)).Intersect(working).ShouldBeEmpty();
    }

    private static BundledFile File(DateOnly date, params (string Name, string Finding)[] modules) =>
        new(date, "Chromium 1", [new("1.2.3", Interpreter.Pyodide, "1", "3", modules.ToDictionary(module => module.Name, module => module.Finding))]);
}
