using System.Text;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Features.Projects;

namespace PyScriptHub.Web.Tests.Projects;

public sealed class ProjectTemplateTests
{
    [Fact]
    public void There_are_four_in_their_order() =>
        ProjectTemplates.All.Select(template => template.Id).ShouldBe(["hello", "canvas", "quiz", "worker"]);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Each_begins_with_a_page_that_names_the_release_like_any_other_page(string id)
    {
        var template = ProjectTemplates.Find(id).ShouldNotBeNull();
        var page = Encoding.UTF8.GetString(template.Files["index.html"].Span);
        page.ShouldContain("https://pyscript.net/releases/2026.7.3/core.js");
        page.ShouldContain("<script type=\"py\" src=\"main.py\" config=\"pyscript.toml\"");
        page.ShouldContain("name=\"viewport\"");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Each_has_files_that_a_project_may_hold_and_says_what_it_is(string id)
    {
        var template = ProjectTemplates.Find(id).ShouldNotBeNull();
        template.Title.ShouldNotBeNullOrWhiteSpace();
        template.Description.ShouldNotBeNullOrWhiteSpace();
        template.Files.Keys.ShouldBe(template.Files.Keys.Where(path => FilePath.Parse(path).IsOk));
        template.Files.Keys.ShouldContain("main.py");
        template.Files.Keys.ShouldNotContain("template.json");
        template.Files.Values.ShouldAllBe(bytes => bytes.Length > 0);
    }

    [Fact]
    public void One_that_does_not_exist_is_null() => ProjectTemplates.Find("../hello").ShouldBeNull();

    public static TheoryData<string> Ids() => [.. ProjectTemplates.All.Select(template => template.Id)];
}
