using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Tests.Projects;

public sealed class ManifestTests
{
    private static readonly ProjectLimits s_limits = new();

    [Fact]
    public void The_same_files_are_the_same_manifest_in_whatever_order_they_came()
    {
        var one = Of("a.py", "b.py");
        var other = Of("b.py", "a.py");
        one.ShouldBe(other);
        one.GetHashCode().ShouldBe(other.GetHashCode());
        one.ShouldNotBe(Of("a.py"));
    }

    [Theory]
    [InlineData("A.py", "a.py")]
    [InlineData("lib/a.py", "Lib/b.py")]
    [InlineData("a", "a/b")]
    [InlineData("a/b", "A")]
    public void Names_that_are_one_on_many_computers_are_refused(string one, string other) =>
        Manifest.Empty.With([], [File(one), File(other)], s_limits).Error!.Code.ShouldBe("duplicate_path");

    [Fact]
    public void A_rename_that_changes_case_alone_is_possible_in_one_save() =>
        Of("readme.md").With([Path("readme.md")], [File("README.md")], s_limits).IsOk.ShouldBeTrue();

    [Fact]
    public void The_start_page_is_index_html_else_the_first_page_by_path()
    {
        Of("z.html", "index.html", "a.html").StartPage.ShouldBe("index.html");
        Of("z.html", "b/index.html", "c.htm").StartPage.ShouldBe("b/index.html");
        Of("main.py").StartPage.ShouldBeNull();
    }

    [Fact]
    public void Too_many_files_too_large_ones_and_too_much_are_refused_with_limit_and_size()
    {
        var small = s_limits with { Files = 2, FileBytes = 10, ProjectBytes = 15 };
        Manifest.Empty.With([], [File("a"), File("b"), File("c")], small).Error.ShouldBe(new Error.TooLarge("The number of files", 2, 3));
        Manifest.Empty.With([], [File("a", 11)], small).Error.ShouldBe(new Error.TooLarge($"The file '{Path("a")}'", 10, 11));
        Manifest.Empty.With([], [File("a", 8), File("b", 8)], small).Error.ShouldBe(new Error.TooLarge("The project", 15, 16));
    }

    private static Manifest Of(params string[] paths) => Manifest.Empty.With([], paths.Select(path => File(path)), s_limits).Value!;

    private static FilePath Path(string path) => FilePath.Parse(path).Value;

    private static KeyValuePair<FilePath, ManifestEntry> File(string path, long length = 1) =>
        KeyValuePair.Create(Path(path), new ManifestEntry(BlobHash.Of(Encoding.UTF8.GetBytes(path)), length));
}
