using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

public sealed class WheelJudgementTests
{
    private static readonly WheelTags s_tags =
        WheelTags.Of("Pyodide 314", PackageVersion.Parse("3.14.2").Value!, ["pyemscripten_2026_0_wasm32"]).Value!;

    private readonly CandidateTable _table = new();

    [Fact]
    public async Task A_pure_package_works_with_what_it_needs()
    {
        _table.Add("a 1: b | c; sys_platform == 'win32'\n b 2");
        var judgement = await JudgeAsync("a");
        judgement.Outcome.ShouldBe(PackageStatus.Works);
        judgement.Version.ShouldBe("1");
        judgement.Why.ShouldBeNull();
        judgement.Brings.Select(candidate => candidate.ToString()).ShouldBe(["b 2", "a 1"]);
    }

    [Fact]
    public async Task What_blocks_is_named()
    {
        _table.Add("sqlalchemy 2.0: greenlet").Add("greenlet 3", with: For("greenlet-3-cp314-cp314-manylinux_2_17_x86_64.whl"));
        var judgement = await JudgeAsync("sqlalchemy");
        judgement.Outcome.ShouldBe(PackageStatus.Fails);
        judgement.Why!.ToString().ShouldBe("sqlalchemy 2.0 needs greenlet, which has no wheel for this platform "
            + "(greenlet-3-cp314-cp314-manylinux_2_17_x86_64.whl is built for manylinux_2_17_x86_64; Pyodide 314 takes pyemscripten_2026_0_wasm32)");
    }

    [Fact]
    public async Task A_dependency_in_the_lock_counts_as_there()
    {
        _table.Add("sqlalchemy 2.0: greenlet").Add("greenlet 9", with: For("greenlet-9-cp314-cp314-win_amd64.whl")).Add("greenlet 3.1", CandidateTable.Lock);
        (await JudgeAsync("sqlalchemy")).Brings.Select(candidate => candidate.ToString()).ShouldBe(["greenlet 3.1", "sqlalchemy 2.0"]);
    }

    [Fact]
    public async Task A_wheel_for_the_platform_works() =>
        (await JudgeAsync("a", _table.Add("a 1", with: For("a-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl")))).Outcome.ShouldBe(PackageStatus.Works);

    [Fact]
    public async Task A_package_without_any_wheel_for_the_platform_says_so()
    {
        _table.Add("a 1", with: For("a-1-cp314-cp314-win_amd64.whl"));
        (await JudgeAsync("a")).Why!.ToString().ShouldBe("it has no wheel for this platform (a-1-cp314-cp314-win_amd64.whl is built for win_amd64; Pyodide 314 takes pyemscripten_2026_0_wasm32)");
    }

    [Fact]
    public async Task A_package_of_which_no_version_takes_this_Python_says_so()
    {
        _table.Add("a 1\n a 2", with: candidate => candidate with { RequiresPython = VersionSpecifiers.Parse("<3.13").Value });
        var judgement = await JudgeAsync("a");
        judgement.Outcome.ShouldBe(PackageStatus.Fails);
        judgement.Why!.ToString().ShouldBe("no version takes Python 3.14");
    }

    [Fact]
    public async Task Where_only_an_older_version_works_it_works_partly_and_says_what_blocks_the_newest()
    {
        _table.Add("a 1\n a 2: missing");
        var judgement = await JudgeAsync("a");
        judgement.Outcome.ShouldBe(PackageStatus.Partly);
        judgement.Version.ShouldBe("1");
        judgement.Why!.ToString().ShouldBe("a 2 needs missing, which is nowhere to be found (looked in: the project's files, pypi.example)");
    }

    [Fact]
    public async Task A_newer_pre_release_or_a_withdrawn_version_takes_nothing_away()
    {
        _table.Add("a 1\n a 2b1: missing").Add("a 3", with: candidate => candidate with { Yanked = "" });
        (await JudgeAsync("a")).Outcome.ShouldBe(PackageStatus.Works);
    }

    [Fact]
    public async Task A_newer_version_of_a_later_origin_that_works_too_takes_nothing_away()
    {
        _table.Add("a 1", CandidateTable.Uploaded).Add("a 2");
        var judgement = await JudgeAsync("a");
        (judgement.Outcome, judgement.Version).ShouldBe((PackageStatus.Works, "1"));
    }

    [Fact]
    public async Task Of_what_nobody_has_nothing_is_known() => (await JudgeAsync("a")).Outcome.ShouldBe(PackageStatus.Unknown);

    [Fact]
    public void Of_the_wheels_of_a_version_the_best_is_chosen()
    {
        var wheels = new[] { "a-1-py3-none-any.whl", "a-1-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl", "a-1-2-cp314-cp314-pyemscripten_2026_0_wasm32.whl", "a-1-cp314-cp314-win32.whl" };
        var (wheel, unfit) = s_tags.Choose(wheels.Select(name => WheelFileName.Parse(name).Value!));
        (wheel.Build!.Value.Number, unfit).ShouldBe((2, null));
        s_tags.Choose([WheelFileName.Parse(wheels[^1]).Value!]).Unfit!.ToString().ShouldStartWith("is built for win32");
    }

    private static Func<Candidate, Candidate> For(string file) => candidate =>
        candidate with { File = new CandidateFile(file, null), Unfit = s_tags.Refuse(WheelFileName.Parse(file).Value!) };

    private Task<WheelJudgement> JudgeAsync(string name, CandidateTable? table = null) =>
        WheelJudgement.OfAsync(PackageName.Parse(name).Value, table ?? _table, CandidateTable.Environment, TestContext.Current.CancellationToken);
}
