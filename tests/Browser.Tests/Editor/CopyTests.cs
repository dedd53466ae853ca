using Microsoft.Playwright;
using PyScriptHub.Web.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>"Try it": whoever may not edit has a copy in the browser, which runs, lasts, and becomes a project of their own.</summary>
public sealed class CopyTests(EditorStage stage) : IClassFixture<EditorStage>
{
    private const string PageText = """<!doctype html><title>Lesson</title><p id="said">as published</p>""";

    [Fact]
    public async Task Somebody_without_an_account_changes_and_runs_a_copy_that_outlives_the_tab_and_nobody_else_sees()
    {
        var project = await stage.Author.PublishedAsync(("index.html", PageText));
        await using var visitor = await stage.VisitorAsync();
        await visitor.EditAsync(project.Text("editUrl"));
        await visitor.NoticeAsync("Your own copy, kept in this browser");
        await visitor.WriteAsync("<p>tried out");
        await visitor.Page.Locator(".editor-bar button.run").ClickAsync();
        await Expect(visitor.Page.FrameLocator("iframe").Locator("body")).ToContainTextAsync("tried out", new() { Timeout = 30_000 });
        await Task.Delay(1_000);
        await visitor.KillBrowserAsync();

        await visitor.EditAsync(project.Text("editUrl"));
        await visitor.NoticeAsync("had not saved is back");
        await visitor.TextAsync("tried out");
        (await stage.StoredAsync(project, "index.html")).ShouldBe(PageText);
    }

    [Fact]
    public async Task A_second_run_shows_what_changed_under_the_same_address_where_what_the_page_stores_lasts()
    {
        var project = await stage.Author.PublishedAsync(("index.html", PageText));
        await using var visitor = await stage.VisitorAsync();
        await visitor.EditAsync(project.Text("editUrl"));
        var frame = visitor.Page.Locator("iframe");
        await visitor.Page.Locator(".editor-bar button.run").ClickAsync();
        await Expect(visitor.Page.FrameLocator("iframe").Locator("body")).ToContainTextAsync("as published", new() { Timeout = 30_000 });
        var first = new Uri((await frame.GetAttributeAsync("src"))!).Host;
        await visitor.WriteAsync("<p>changed");
        await visitor.Page.Locator(".editor-bar button.run").ClickAsync();
        await Expect(visitor.Page.FrameLocator("iframe").Locator("body")).ToContainTextAsync("changed", new() { Timeout = 30_000 });
        new Uri((await frame.GetAttributeAsync("src"))!).Host.ShouldBe(first);
    }

    [Fact]
    public async Task A_copy_becomes_a_remix_by_way_of_the_sign_in_which_leads_back_to_the_same_place()
    {
        var name = await stage.RegisterAsync();
        var project = await stage.Author.PublishedAsync(("index.html", PageText));
        await using var visitor = await stage.VisitorAsync();
        await visitor.EditAsync(project.Text("editUrl"));
        await visitor.WriteAsync("<p>my own");

        await visitor.ChooseAsync("Save as my project");
        await visitor.Page.WaitForURLAsync("**/sign-in?**");
        await visitor.SignInAsync(visitor.Page, name);
        await visitor.Page.WaitForURLAsync($"**/@{name}/**/edit");

        await visitor.TextAsync("my own");
        await visitor.StateAsync("Saved");
        (await visitor.Notices.InnerTextAsync()).ShouldBeEmpty();
        (await stage.StoredAsync(project, "index.html")).ShouldBe(PageText);
        // The copy is gone from the browser once it is saved, and there is one project and no more.
        await visitor.EditAsync(project.Text("editUrl"));
        await visitor.TextAsync("as published");
        await Expect(visitor.Page.Locator(".editor-code .cm-content")).Not.ToContainTextAsync("my own");
        (await visitor.Page.EvaluateAsync<int>($"async () => (await (await fetch('/api/v1/projects?owner={name}')).json()).items.length")).ShouldBe(1);
    }

    [Fact]
    public async Task Somebody_signed_in_saves_a_copy_at_once()
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.Author.PublishedAsync(("index.html", PageText));
        await ada.EditAsync(project.Text("editUrl"));
        await ada.WriteAsync("<p>hers now");
        await ada.ChooseAsync("Save as my project");
        await ada.Page.WaitForURLAsync($"**/@{name}/**/edit");
        await ada.TextAsync("hers now");
        await ada.StateAsync("Saved");
    }

    [Fact]
    public async Task A_copy_is_downloaded_as_a_zip_that_holds_changed_and_unchanged_files()
    {
        var project = await stage.Author.PublishedAsync(("index.html", PageText), ("data/list.txt", "unchanged"));
        await using var visitor = await stage.VisitorAsync();
        await visitor.EditAsync(project.Text("editUrl"));
        await visitor.WriteAsync(" changed");
        var files = await visitor.DownloadAsync();
        files["index.html"].ShouldBe(PageText + " changed");
        files["data/list.txt"].ShouldBe("unchanged");
        files.Count.ShouldBe(2);
    }

    [Fact]
    public async Task When_the_original_is_published_anew_the_new_version_is_taken_over_around_what_was_changed()
    {
        var project = await stage.Author.PublishedAsync(("index.html", PageText), ("other.txt", "first version"));
        await using var visitor = await stage.VisitorAsync();
        await visitor.EditAsync(project.Text("editUrl"));
        await visitor.WriteAsync("<p>mine");
        await stage.SaveAsAuthorAsync(project, "second version", "other.txt");
        await stage.Author.PublishAsync(project.Text("id"));

        // Running it is what notices.
        await visitor.Page.Locator(".editor-bar button.run").ClickAsync();
        await visitor.NoticeAsync("The original was published anew");
        await visitor.ChooseAsync("Take the new version");
        await visitor.Page.GetByRole(AriaRole.Treeitem, new() { Name = "other.txt" }).ClickAsync();
        await visitor.TextAsync("second version");
        await visitor.Page.Locator(".editor-bar button.run").ClickAsync();
        await Expect(visitor.Page.FrameLocator("iframe").Locator("body")).ToContainTextAsync("mine", new() { Timeout = 30_000 });
    }

    [Fact]
    public async Task A_copy_of_what_was_published_anew_with_a_change_to_the_same_file_is_saved_after_a_choice()
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.Author.PublishedAsync(("index.html", PageText), ("other.txt", "first version"));
        await ada.EditAsync(project.Text("editUrl"));
        await ada.WriteAsync("<p>hers");
        await stage.SaveAsAuthorAsync(project, "<p>theirs", "index.html");
        await stage.SaveAsAuthorAsync(project, "second version", "other.txt");
        await stage.Author.PublishAsync(project.Text("id"));

        await ada.ChooseAsync("Save as my project");
        await ada.NoticeAsync("index.html was changed here and elsewhere");
        await ada.ChooseAsync("Compare and choose");
        await ada.ChooseAsync("Keep mine");
        await ada.ChooseAsync("Save as my project");
        await ada.Page.WaitForURLAsync($"**/@{name}/**/edit");
        await ada.TextAsync("hers");
        await ada.StateAsync("Saved");
        await ada.Page.GetByRole(AriaRole.Treeitem, new() { Name = "other.txt" }).ClickAsync();
        await ada.TextAsync("second version");
        (await stage.StoredAsync(project, "index.html")).ShouldBe("<p>theirs");
    }

    [Fact]
    public async Task A_new_version_that_was_declined_is_not_offered_again_by_itself()
    {
        var project = await stage.Author.PublishedAsync(("index.html", PageText));
        await using var visitor = await stage.VisitorAsync();
        await visitor.EditAsync(project.Text("editUrl"));
        await visitor.WriteAsync("<p>mine");
        await stage.SaveAsAuthorAsync(project, "<p>second version", "index.html");
        await stage.Author.PublishAsync(project.Text("id"));
        await visitor.Page.Locator(".editor-bar button.run").ClickAsync();
        await visitor.NoticeAsync("The original was published anew");
        await visitor.ChooseAsync("Not now");
        // The editor looks every 20 seconds.
        await visitor.Page.WaitForResponseAsync(response => response.Url.EndsWith($"/api/v1/projects/{project.Text("id")}", StringComparison.Ordinal), new() { Timeout = 60_000 });
        await Task.Delay(1_000);
        await Expect(visitor.Notices).Not.ToContainTextAsync("published anew");
        // Running it asks for the new version.
        await visitor.Page.Locator(".editor-bar button.run").ClickAsync();
        await visitor.NoticeAsync("The original was published anew");
    }
}
