using System.Globalization;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

public sealed class ResolverTests
{
    private readonly CandidateTable _table = new();

    [Fact]
    public async Task The_newest_version_is_taken_and_dependencies_come_first()
    {
        _table.Add("a 1.0\n a 2.0: b\n b 1.0: c\n b 1.1: c\n c 3");
        (await _table.ChooseAsync("a")).ShouldBe("c 3 b 1.1 a 2.0");
    }

    [Fact]
    public async Task Nothing_asked_for_is_nothing_taken() => (await _table.ChooseAsync("")).ShouldBe("");

    [Fact]
    public async Task Versions_compare_as_versions_and_not_as_text()
    {
        _table.Add("a 1.9\n a 1.10\n a 1.2");
        (await _table.ChooseAsync("a")).ShouldBe("a 1.10");
    }

    [Fact]
    public async Task A_requirement_of_versions_is_kept_to()
    {
        _table.Add("a 1.0\n a 1.4\n a 1.5\n a 2.0");
        (await _table.ChooseAsync("a~=1.2,!=1.5")).ShouldBe("a 1.4");
    }

    [Fact]
    public async Task A_name_in_another_spelling_is_the_same_package()
    {
        _table.Add("Foo.Bar 1.0\n foo_bar 2.0\n b 1: FOO-bar<2");
        (await _table.ChooseAsync("foo__bar | b")).ShouldBe("Foo.Bar 1.0 b 1");
    }

    [Fact]
    public async Task Two_requirements_of_one_package_are_both_met()
    {
        _table.Add("a 1\n a 2\n a 3");
        (await _table.ChooseAsync("a>1 | A<3")).ShouldBe("a 2");
    }

    [Fact]
    public async Task Contradictory_roots_are_named()
    {
        _table.Add("a 1\n a 2\n a 3");
        var error = await _table.FailAsync("a<2 | a>2");
        error.Code.ShouldBe("package_conflict");
        error.Message.ShouldBe("These do not go together: a<2 is asked for; a>2 is asked for.");
    }

    [Fact]
    public async Task A_conflict_of_two_packages_says_what_each_needs()
    {
        _table.Add("a 1.0: c<2\n b 2.0: c>=2\n c 1\n c 2");
        var error = (await _table.FailAsync("a | b")).ShouldBeOfType<Error.Invalid>();
        error.Code.ShouldBe("package_conflict");
        error.Where.ShouldBe("packages");
        error.Message.ShouldBe("These do not go together: a is asked for; b is asked for; a 1.0 needs c<2; b 2.0 needs c>=2.");
    }

    [Fact]
    public async Task A_conflict_far_down_leaves_out_what_has_no_part_in_it()
    {
        _table.Add("a 1: m\n m 1: n\n n 1: c==1\n b 1: c==2\n x 1: y\n y 1\n c 1\n c 2");
        (await _table.FailAsync("x | a | b")).Message
            .ShouldBe("These do not go together: a is asked for; b is asked for; a 1 needs m; b 1 needs c==2; m 1 needs n; n 1 needs c==1.");
    }

    [Fact]
    public async Task An_older_version_is_taken_where_the_newest_conflicts()
    {
        _table.Add("a 1: c<2\n a 2: c>=2\n b 1: c<2\n c 1\n c 2");
        (await _table.ChooseAsync("a | b")).ShouldBe("c 1 a 1 b 1");
    }

    [Fact]
    public async Task Of_a_diamond_both_sides_get_one_version()
    {
        _table.Add("a 1: b | c\n b 1: d>=2\n c 1: d<4\n d 1\n d 2\n d 3\n d 4");
        (await _table.ChooseAsync("a")).ShouldBe("d 3 b 1 c 1 a 1");
    }

    [Fact]
    public async Task It_goes_back_over_several_levels()
    {
        // Each b looks right until e, three levels down, turns out to be for the other d.
        _table.Add("""
            a 1: b | d==1
            b 3: c==3
            b 2: c==2
            b 1: c==1
            c 3: e==3
            c 2: e==2
            c 1: e==1
            e 3: d==2
            e 2: d==3
            e 1: d==1
            d 1
            d 2
            d 3
            """);
        (await _table.ChooseAsync("a")).ShouldBe("d 1 e 1 c 1 b 1 a 1");
    }

    [Fact]
    public async Task What_was_taken_back_is_not_in_the_answer()
    {
        _table.Add("a 2: b | z\n a 1\n b 1: missing\n z 1");
        (await _table.ChooseAsync("a")).ShouldBe("a 1");
    }

    [Fact]
    public async Task A_cycle_ends_with_an_answer()
    {
        _table.Add("a 1: b\n b 1: c\n c 1: a");
        (await _table.ChooseAsync("a")).ShouldBe("c 1 b 1 a 1");
    }

    [Fact]
    public async Task A_cycle_that_contradicts_itself_is_a_conflict()
    {
        _table.Add("a 1: b\n b 1: a>=2");
        var error = await _table.FailAsync("a");
        error.Code.ShouldBe("package_unfit");
        error.Message.ShouldContain("b 1 needs a>=2, of which there is only 1");
    }

    [Fact]
    public async Task A_package_that_needs_itself_is_no_obstacle()
    {
        _table.Add("a 1: a>=1");
        (await _table.ChooseAsync("a")).ShouldBe("a 1");
    }

    [Fact]
    public async Task A_version_that_needs_another_version_of_itself_is_left_out()
    {
        _table.Add("a 1\n a 2: a<2");
        (await _table.ChooseAsync("a")).ShouldBe("a 1");
    }

    [Fact]
    public async Task An_extra_adds_its_requirements()
    {
        _table.Add("a 1: b; extra == 'x' | c; extra == 'y'\n b 1\n c 1", extras: ["x", "y"]);
        (await _table.ChooseAsync("a")).ShouldBe("a 1");
        (await _table.ChooseAsync("a[x]")).ShouldBe("b 1 a 1");
        (await _table.ChooseAsync("a[X, y]")).ShouldBe("b 1 c 1 a 1");
    }

    [Fact]
    public async Task An_extra_is_of_the_version_that_is_taken()
    {
        _table.Add("a 1: b; extra == 'x'\n a 2: c; extra == 'x'\n b 1\n c 1\n d 1: a<2");
        (await _table.ChooseAsync("a[x] | d")).ShouldBe("b 1 a 1 d 1");
    }

    [Fact]
    public async Task An_extra_may_ask_for_other_extras_of_its_own_package()
    {
        _table.Add("a 1: a[x,y]; extra == 'all' | b; extra == 'x' | c; extra == 'y'\n b 1\n c 1");
        var result = (await _table.ResolveAsync("a[all]")).Value.ShouldNotBeNull();
        result.Packages.Select(package => package.Candidate.ToString()).ShouldBe(["b 1", "c 1", "a 1"]);
        result.Packages[^1].Extras.ShouldBe(["all", "x", "y"]);
    }

    [Fact]
    public async Task A_conflict_that_an_extra_brings_makes_an_older_version_taken()
    {
        _table.Add("a 1\n a 2: b>=2; extra == 'x'\n b 1\n b 2\n d 1: b<2");
        (await _table.ChooseAsync("a[x] | d")).ShouldBe("a 1 b 1 d 1");
    }

    [Fact]
    public async Task A_conflict_of_extras_names_them()
    {
        _table.Add("a 1: c==1; extra == 'x' | c==2; extra == 'y'\n c 1\n c 2");
        (await _table.FailAsync("a[x,y]")).Message.ShouldBe("These do not go together: a[x,y] is asked for; a[x] 1 needs c==1; a[y] 1 needs c==2.");
    }

    [Fact]
    public async Task An_extra_that_does_not_exist_is_a_note()
    {
        _table.Add("a 1", extras: ["x"]);
        var result = (await _table.ResolveAsync("a[z]")).Value.ShouldNotBeNull();
        result.Notes.Select(note => note.ToString()).ShouldBe(["a 1 has no extra 'z'."]);
    }

    [Theory]
    [InlineData("b; sys_platform == 'emscripten'", "b 1 a 1")]
    [InlineData("b; sys_platform == 'win32'", "a 1")]
    [InlineData("b; python_version < '3.11' or platform_system == 'Emscripten'", "b 1 a 1")]
    [InlineData("missing; platform_machine == 'x86_64' and extra == 'x'", "a 1")]
    [InlineData("b>1; python_version < '3' | b<=1; python_version >= '3'", "b 1 a 1")]
    public async Task Markers_are_those_of_the_release(string requires, string chosen)
    {
        _table.Add($"a 1: {requires}\n b 1\n b 2");
        (await _table.ChooseAsync("a | b<2; sys_platform == 'emscripten' | missing; os_name == 'nt'")).Replace("a 1 b 1", "b 1 a 1", StringComparison.Ordinal)
            .ShouldBe(chosen == "a 1" ? "b 1 a 1" : chosen);
    }

    [Fact]
    public async Task A_marker_without_meaning_leaves_the_version_out_and_is_an_error_where_it_was_given()
    {
        _table.Add("a 1\n a 2: b; 'dog' ~= 'fred'");
        var result = (await _table.ResolveAsync("a")).Value.ShouldNotBeNull();
        result.Packages.Single().Candidate.VersionText.ShouldBe("1");
        result.Notes.Single().ToString().ShouldStartWith("a 2 is left out, its metadata cannot be read: ");
        (await _table.FailAsync("a; 'dog' ~= 'fred'")).Code.ShouldBe("bad_marker");
    }

    [Fact]
    public async Task A_pre_release_is_left_out()
    {
        _table.Add("a 1.0\n a 2.0b1\n a 2.0.dev3");
        (await _table.ChooseAsync("a")).ShouldBe("a 1.0");
    }

    [Fact]
    public async Task A_pre_release_is_taken_where_one_is_named()
    {
        _table.Add("a 1.0\n a 2.0b1\n a 2.0b2");
        (await _table.ChooseAsync("a>=1.0b1")).ShouldBe("a 2.0b2");
        (await _table.ChooseAsync("a==2.0b1")).ShouldBe("a 2.0b1");
    }

    [Fact]
    public async Task A_pre_release_is_taken_where_there_is_nothing_else()
    {
        _table.Add("a 1.0a1\n a 1.0rc1\n b 1\n b 2rc1");
        (await _table.ChooseAsync("a | b>1")).ShouldBe("a 1.0rc1 b 2rc1");
    }

    [Fact]
    public async Task A_pre_release_is_taken_where_nothing_else_meets_all_that_is_asked()
    {
        _table.Add("a 0.9\n a 1.5b1\n a 2.1\n b 1: a<2");
        (await _table.ChooseAsync("a>=1 | b")).ShouldBe("a 1.5b1 b 1");
    }

    [Fact]
    public async Task A_pre_release_that_a_dependency_names_counts_for_all()
    {
        _table.Add("a 1.0\n a 2.0b1\n b 1: a>=2.0b1");
        (await _table.ChooseAsync("a | b")).ShouldBe("a 2.0b1 b 1");
    }

    [Fact]
    public async Task Nobody_gets_a_pre_release_to_get_around_a_conflict()
    {
        _table.Add("a 1: c<2\n a 2b1: c>=2\n b 1: c>=2\n c 1\n c 2");
        (await _table.FailAsync("a | b")).Code.ShouldBe("package_conflict");
    }

    [Fact]
    public async Task A_withdrawn_version_is_left_out_unless_exactly_it_is_named()
    {
        _table.Add("a 1\n b 1: a==2").Add("a 2", with: candidate => candidate with { Yanked = "broken" });
        (await _table.ChooseAsync("a")).ShouldBe("a 1");
        (await _table.ChooseAsync("a>=1")).ShouldBe("a 1");
        var result = (await _table.ResolveAsync("a | b")).Value.ShouldNotBeNull();
        result.Packages[0].Candidate.VersionText.ShouldBe("2");
        result.Notes.Select(note => note.ToString()).ShouldBe(["a 2 was withdrawn by its authors: broken"]);
    }

    [Fact]
    public async Task Where_only_withdrawn_versions_fit_it_says_so()
    {
        _table.Add("a 2", with: candidate => candidate with { Yanked = "" });
        (await _table.FailAsync("a")).Message.ShouldBe("A package does not fit: a is asked for, of which each version that fits was withdrawn by its authors.");
        (await _table.FailAsync("a==2.*")).Code.ShouldBe("package_unfit");
        (await _table.ChooseAsync("a===2")).ShouldBe("a 2");
    }

    [Fact]
    public async Task A_version_for_another_Python_is_left_out()
    {
        _table.Add("a 1").Add("a 2", with: candidate => candidate with { RequiresPython = VersionSpecifiers.Parse(">=3.15").Value });
        (await _table.ChooseAsync("a")).ShouldBe("a 1");
        (await _table.FailAsync("a>1")).Message.ShouldBe("A package does not fit: a>1 is asked for, of which no version takes Python 3.14.");
    }

    [Fact]
    public async Task A_version_without_a_wheel_for_the_platform_is_left_out_and_named()
    {
        _table.Add("a 1: greenlet").Add("greenlet 3", with: candidate => candidate with { Unfit = "is built for manylinux" });
        var error = await _table.FailAsync("a");
        error.Code.ShouldBe("package_unfit");
        error.Message.ShouldBe("A package does not fit: a is asked for; a 1 needs greenlet, which has no wheel for this platform (greenlet-3-py3-none-any.whl is built for manylinux).");
    }

    [Fact]
    public async Task What_is_missing_is_named_with_who_needs_it_and_where_it_was_looked_for()
    {
        _table.Add("a 1: b\n b 1: gone>=2");
        var error = await _table.FailAsync("a");
        error.Code.ShouldBe("package_missing");
        error.Message.ShouldBe(
            "A package is missing: a is asked for; a 1 needs b; b 1 needs gone>=2, which is nowhere to be found (looked in: the project's files, pypi.example).");
    }

    [Fact]
    public async Task A_version_of_which_something_is_missing_is_passed_over()
    {
        _table.Add("a 1\n a 2: gone");
        (await _table.ChooseAsync("a")).ShouldBe("a 1");
    }

    [Fact]
    public async Task A_version_with_metadata_that_cannot_be_read_is_passed_over_with_a_note()
    {
        _table.Add("a 1").Add("a 2", new Error.Invalid("bad_metadata", "its third line is no header."));
        var result = (await _table.ResolveAsync("a")).Value.ShouldNotBeNull();
        result.Packages.Single().Candidate.VersionText.ShouldBe("1");
        result.Notes.Select(note => note.ToString()).ShouldBe(["a 2 is left out, its metadata cannot be read: its third line is no header."]);
        (await _table.FailAsync("a>1")).Message.ShouldContain("the metadata of a 2 cannot be read: its third line is no header.");
    }

    [Fact]
    public async Task The_project_s_own_wheel_stands_in_for_what_the_lock_has()
    {
        _table.Add("numpy 2.2", CandidateTable.Lock).Add("numpy 1.0", CandidateTable.Project).Add("a 1: numpy");
        (await _table.ChooseAsync("a")).ShouldBe("numpy 1.0 a 1");
    }

    [Fact]
    public async Task Where_the_own_wheel_does_not_fit_the_lock_s_version_is_taken()
    {
        _table.Add("numpy 2.2", CandidateTable.Lock).Add("numpy 1.0", CandidateTable.Uploaded).Add("a 1: numpy>=2");
        (await _table.ChooseAsync("a")).ShouldBe("numpy 2.2 a 1");
    }

    [Fact]
    public async Task An_upstream_never_stands_in_for_what_the_lock_has()
    {
        _table.Add("numpy 2.2", CandidateTable.Lock).Add("numpy 9.9");
        (await _table.ChooseAsync("numpy")).ShouldBe("numpy 2.2");
        (await _table.FailAsync("numpy>3")).Message.ShouldBe(
            "A package does not fit: numpy>3 is asked for, which the interpreter has in version 2.2, and only a wheel of the project or of an administrator may replace that.");
    }

    [Fact]
    public async Task An_earlier_origin_comes_before_a_newer_version()
    {
        _table.Add("a 1", CandidateTable.Uploaded).Add("a 2");
        (await _table.ChooseAsync("a")).ShouldBe("a 1");
        (await _table.ChooseAsync("a>1")).ShouldBe("a 2");
    }

    [Fact]
    public async Task A_lock_s_version_outside_PEP_440_meets_no_version_asked_for_and_its_own_text()
    {
        _table.Add("openssl 1.1.1w", CandidateTable.Lock).Add("a 1: openssl");
        (await _table.ChooseAsync("a")).ShouldBe("openssl 1.1.1w a 1");
        (await _table.ChooseAsync("openssl===1.1.1W")).ShouldBe("openssl 1.1.1w");
        (await _table.FailAsync("openssl>=1")).Message.ShouldContain("of which there is only 1.1.1w");
    }

    [Fact]
    public async Task A_version_outside_PEP_440_comes_after_those_within()
    {
        _table.Add("a 2024-final-x\n a 0.1");
        (await _table.ChooseAsync("a")).ShouldBe("a 0.1");
    }

    [Fact]
    public async Task An_epoch_is_newer_than_any_version_without_one()
    {
        _table.Add("a 2024.1\n a 1!1.0");
        (await _table.ChooseAsync("a")).ShouldBe("a 1!1.0");
        (await _table.ChooseAsync("a<1!0")).ShouldBe("a 2024.1");
    }

    [Fact]
    public async Task A_local_version_meets_its_public_one_and_is_newer()
    {
        _table.Add("a 1.0\n a 1.0+pyodide.1\n b 1: a==1.0");
        (await _table.ChooseAsync("b")).ShouldBe("a 1.0+pyodide.1 b 1");
        (await _table.FailAsync("a==1.0+other | b")).Code.ShouldBe("package_unfit");
    }

    [Fact]
    public async Task A_direct_reference_is_refused_unless_the_source_knows_the_address()
    {
        _table.Add("a 1: b @ https://example.org/b-1-py3-none-any.whl\n b 1");
        var error = await _table.FailAsync("a");
        error.Code.ShouldBe("direct_reference");
        error.Message.ShouldContain("a 1 needs b @ https://example.org/b-1-py3-none-any.whl, which is no file of the project");
        _table.Add("b 2rc1", CandidateTable.Project, candidate => candidate with { Url = "https://example.org/b-1-py3-none-any.whl" });
        (await _table.ChooseAsync("a")).ShouldBe("b 2rc1 a 1");
    }

    [Fact]
    public async Task The_answer_says_who_asked_and_what_each_depends_on()
    {
        _table.Add("a 1: B>=1 | c; sys_platform == 'win32'\n b 1\n b 2");
        var packages = (await _table.ResolveAsync("a | b<2")).Value.ShouldNotBeNull().Packages;
        packages[0].Candidate.ToString().ShouldBe("b 1");
        packages[0].AskedFor.Select(asked => $"{asked.By?.Display}: {asked.Requirement}").ShouldBe([": b<2", "a: B>=1"]);
        packages[1].DependsOn.Select(name => name.Key).ShouldBe(["b"]);
        packages[1].AskedFor.Single().By.ShouldBeNull();
    }

    [Fact]
    public async Task A_thousand_versions_that_all_conflict_end_quickly()
    {
        _table.Add(string.Join('\n', Enumerable.Range(1, 1000).Select(number => $"a {number}: b<2"))).Add("b 1\n b 2");
        (await _table.FailAsync("a | b>=2")).Message.ShouldBe("These do not go together: a is asked for; b>=2 is asked for; each of the 1000 versions of a needs b<2.");
    }

    [Fact]
    public async Task Of_a_thousand_versions_the_one_that_fits_is_found()
    {
        _table.Add(string.Join('\n', Enumerable.Range(1, 1000).Select(number => $"a {number}: b=={number}"))).Add("b 7");
        (await _table.ChooseAsync("a")).ShouldBe("b 7 a 7");
    }

    [Fact]
    public async Task Three_hundred_versions_of_a_pair_that_never_meet_end_quickly()
    {
        var numbers = Enumerable.Range(1, 300).ToList();
        _table.Add(string.Join('\n', numbers.Select(number => $"a {number}: b>={number}\n b {number}: a>{number}")));
        (await _table.FailAsync("a")).Message.ShouldContain("of which there is only 300, 299, 298, 297, 296, 295 …");
    }

    [Fact]
    public async Task What_is_too_hard_ends_with_the_packages_that_it_went_round()
    {
        // Eleven guests, ten rooms: each room takes one, which no rule says in one sentence.
        var guests = Enumerable.Range(1, 11).ToList();
        foreach (var guest in guests)
        {
            for (var room = 1; room <= 10; room++)
                _table.Add(string.Create(CultureInfo.InvariantCulture, $"guest{guest} {room}: room{room}=={guest}"));
        }
        for (var room = 1; room <= 10; room++)
        {
            foreach (var guest in guests) _table.Add(string.Create(CultureInfo.InvariantCulture, $"room{room} {guest}"));
        }
        var error = await _table.FailAsync(string.Join('|', guests.Select(guest => $"guest{guest}")), new ResolutionBounds(Conflicts: 500));
        error.Code.ShouldBe("too_hard");
        error.Message.ShouldContain("guest");
    }

    [Fact]
    public async Task More_packages_than_are_looked_at_are_too_hard()
    {
        _table.Add(string.Join('\n', Enumerable.Range(1, 50).Select(number => $"a{number} 1: a{number + 1}")));
        (await _table.FailAsync("a1", new ResolutionBounds(Packages: 20))).Code.ShouldBe("too_hard");
    }

    [Fact]
    public async Task A_tree_of_fifty_is_asked_for_level_by_level()
    {
        // Seven children each, two levels deep: 57 packages.
        var second = Enumerable.Range(0, 7).Select(one => $"p{one} 1: {string.Join(" | ", Enumerable.Range(0, 7).Select(two => $"p{one}{two}>=1"))}");
        var third = Enumerable.Range(0, 7).SelectMany(one => Enumerable.Range(0, 7).Select(two => $"p{one}{two} 1"));
        _table.Add($"root 1: {string.Join(" | ", Enumerable.Range(0, 7).Select(one => $"p{one}"))}\n{string.Join('\n', second)}\n{string.Join('\n', third)}");
        (await _table.ResolveAsync("root")).Value.ShouldNotBeNull().Packages.Count.ShouldBe(57);
        _table.Finds.ShouldBe([1, 7, 49]);
        _table.Reads.ShouldBe([1, 7, 49]);
    }
}
