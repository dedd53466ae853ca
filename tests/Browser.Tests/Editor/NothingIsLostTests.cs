using System.Text.Json;
using Microsoft.Playwright;
using PyScriptHub.Web.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>Whatever happens between a keystroke and its save: the text is there, and what is not saved is said.</summary>
public sealed class NothingIsLostTests(EditorStage stage) : IClassFixture<EditorStage>
{
    [Fact]
    public async Task Typing_is_saved_by_itself_and_the_state_says_so()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        await ada.WriteAsync("first words");
        await ada.StateAsync("Not saved yet");
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nfirst words");
        await ada.WriteAsync(" and more");
        await ada.Page.Keyboard.PressAsync("Control+s");
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nfirst words and more");
    }

    [Fact]
    public async Task Who_types_without_a_pause_is_saved_every_ten_seconds()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        var typing = ada.WriteAsync(new string('x', 140), delay: 100);
        await Task.Delay(12_500);
        (await stage.StoredAsync(project)).ShouldContain("xxxxxxxxxxxxxxxxxxxx");
        await typing;
    }

    [Fact]
    public async Task Who_is_signed_out_while_writing_signs_in_again_and_goes_on_in_the_same_place()
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.ProjectAsync(name);
        await ada.EditAsync(project.Text("editUrl"));
        await ada.SignOutElsewhereAsync();
        await ada.WriteAsync("written while signed out");
        await ada.StateAsync("Signed out");

        var opened = ada.Context.WaitForPageAsync();
        await ada.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in again" }).ClickAsync();
        var tab = await opened;
        await tab.WaitForLoadStateAsync();
        await ada.SignInAsync(tab, name);
        await ada.StateAsync("Saved");

        (await stage.StoredAsync(project)).ShouldBe("begin\nwritten while signed out");
        await ada.WriteAsync(", and after");
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nwritten while signed out, and after");
    }

    [Fact]
    public async Task What_one_person_wrote_is_not_saved_as_another_who_signed_in_without_being_asked()
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var other = await stage.RegisterAsync();
        var project = await stage.ProjectAsync(name, other);
        await ada.EditAsync(project.Text("editUrl"));
        await ada.SignOutElsewhereAsync();
        var tab = await ada.Context.NewPageAsync();
        await ada.SignInAsync(tab, other);
        await ada.WriteAsync("by the first");
        await ada.NoticeAsync($"@{other} is signed in now");
        await Task.Delay(3_000);
        (await stage.StoredAsync(project)).ShouldBe("begin\n");
        await ada.Page.Locator(".editor-bar button.run").ClickAsync();
        await Expect(ada.Page.Locator(".toast").Last).ToContainTextAsync($"@{other} is signed in now. Choose first");

        await ada.ChooseAsync($"Save as @{other}");
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nby the first");
    }

    [Fact]
    public async Task Offline_it_is_kept_and_saved_when_the_network_is_back()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        await ada.Context.SetOfflineAsync(true);
        await ada.WriteAsync("on the train");
        await ada.StateAsync("Offline");
        await ada.NoticeAsync("kept in this browser");
        await ada.WriteAsync(", still on it");
        await ada.Context.SetOfflineAsync(false);
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\non the train, still on it");
    }

    [Fact]
    public async Task Run_pressed_twice_while_nothing_can_be_saved_says_why_and_stops()
    {
        var (ada, _) = await WriterAsync();
        await using var __ = ada;
        await ada.Context.SetOfflineAsync(true);
        await ada.WriteAsync("on the train");
        await ada.Page.EvaluateAsync("() => { const run = document.querySelector('.editor-bar button.run'); run.click(); run.click(); }");
        await Expect(ada.Page.Locator(".toast").First).ToContainTextAsync("The hub cannot be reached");
        await Expect(ada.Page.Locator(".editor-preview")).ToHaveAttributeAsync("data-state", "stopped");
    }

    [Fact]
    public async Task While_the_hub_cannot_save_it_says_so_and_saves_when_it_can()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        stage.Door.Shut();
        try
        {
            await ada.WriteAsync("no database");
            await ada.StateAsync("The hub is busy");
        }
        finally
        {
            stage.Door.Open();
        }
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nno database");
    }

    [Fact]
    public async Task An_answer_that_is_not_the_hubs_is_as_if_it_could_not_be_reached_and_is_not_asked_for_without_pause()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        var asked = 0;
        // What the sign-in page of a hotel's network answers to everything.
        await ada.Context.RouteAsync("**/files", async route =>
        {
            Interlocked.Increment(ref asked);
            await route.FulfillAsync(new() { Status = 200, ContentType = "text/html", Body = "<!doctype html><title>Welcome to our network</title>" });
        });
        await ada.WriteAsync("behind a portal");
        await ada.StateAsync("Offline");
        await Task.Delay(4_000);
        asked.ShouldBeLessThan(10);
        await ada.Context.UnrouteAllAsync();
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nbehind a portal");
    }

    [Theory]
    [InlineData("Keep mine", "begin\nmine", null)]
    [InlineData("Take theirs", "begin\ntheirs", null)]
    [InlineData("Keep both: mine as notes (mine).txt", "begin\ntheirs", "begin\nmine")]
    public async Task Where_two_people_changed_a_file_both_versions_stand_side_by_side_and_one_chooses(string choice, string stored, string? beside)
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        await stage.SaveAsAuthorAsync(project, "only theirs", "other.txt");
        await stage.SaveAsAuthorAsync(project, "begin\ntheirs");
        await ada.WriteAsync("mine");
        await ada.StateAsync("Waits for your choice");
        (await stage.StoredAsync(project)).ShouldBe("begin\ntheirs", "nothing is overwritten");

        await ada.ChooseAsync("Compare and choose");
        await Expect(ada.Page.Locator(".conflict-compare .cm-content")).ToHaveCountAsync(2);
        await Expect(ada.Page.Locator(".conflict-compare")).ToContainTextAsync("mine");
        await Expect(ada.Page.Locator(".conflict-compare")).ToContainTextAsync("theirs");
        await ada.ChooseAsync(choice);
        await ada.StateAsync("Saved");

        (await stage.StoredAsync(project)).ShouldBe(stored);
        (await stage.StoredAsync(project, "other.txt")).ShouldBe("only theirs");
        if (beside is not null) (await stage.StoredAsync(project, "notes (mine).txt")).ShouldBe(beside);
        await ada.TextAsync(stored.Split('\n')[1]);
    }

    [Fact]
    public async Task While_a_choice_is_open_other_files_are_saved_and_typing_goes_on()
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.ProjectAsync(name);
        await stage.SaveAsAuthorAsync(project, "second\n", "second.txt");
        await ada.EditAsync(project.Text("editUrl"));
        await stage.SaveAsAuthorAsync(project, "begin\ntheirs");
        await ada.WriteAsync("mine");
        await ada.StateAsync("Waits for your choice");
        await ada.WriteAsync(" goes on");
        await ada.Page.GetByRole(AriaRole.Treeitem, new() { Name = "second.txt" }).ClickAsync();
        await ada.TextAsync("second");
        await ada.WriteAsync("saved");
        await Eventually(async () => await stage.StoredAsync(project, "second.txt") == "second\nsaved");
        await ada.ChooseAsync("Compare and choose");
        await ada.ChooseAsync("Keep mine");
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nmine goes on");
    }

    [Theory]
    [InlineData("crash")]
    [InlineData("close")]
    [InlineData("kill")]
    public async Task After_the_tab_or_the_browser_was_killed_what_was_not_saved_is_back(string end)
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.ProjectAsync(name);
        await ada.EditAsync(project.Text("editUrl"));
        await ada.Context.SetOfflineAsync(true);
        await ada.WriteAsync("not saved anywhere");
        await Task.Delay(1_000);
        await (end switch { "crash" => ada.CrashTabAsync(), "close" => ada.CloseTabAsync(), _ => ada.KillBrowserAsync() });
        await ada.Context.SetOfflineAsync(false);

        await ada.EditAsync(project.Text("editUrl"), name);
        await ada.NoticeAsync("had not saved is back");
        await ada.TextAsync("not saved anywhere");
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nnot saved anywhere");
    }

    [Fact]
    public async Task What_is_back_can_be_looked_at_and_is_thrown_away_only_after_a_question()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        await ada.Context.SetOfflineAsync(true);
        await ada.WriteAsync("a wrong turn");
        await Task.Delay(1_000);
        await ada.CloseTabAsync();
        await ada.Context.SetOfflineAsync(false);
        await stage.SaveAsAuthorAsync(project, "begin\ntheirs");
        await ada.EditAsync(project.Text("editUrl"));
        await ada.StateAsync("Waits for your choice");

        await ada.ChooseAsync("Show what changed");
        await Expect(ada.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("a wrong turn");
        await ada.Page.Keyboard.PressAsync("Escape");
        await ada.ChooseAsync("Discard");
        await ada.ChooseAsync("Throw it away");
        await ada.StateAsync("Saved");
        await ada.TextAsync("theirs");
        (await stage.StoredAsync(project)).ShouldBe("begin\ntheirs");
        await ada.EditAsync(project.Text("editUrl"));
        (await ada.Notices.InnerTextAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_back_and_saved_by_now_can_still_be_thrown_away()
    {
        var (ada, project) = await LeftBehindAsync("a wrong turn");
        await using var _ = ada;
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\na wrong turn");

        await ada.ChooseAsync("Discard");
        await ada.ChooseAsync("Throw it away");
        await Eventually(async () => await stage.StoredAsync(project) == "begin\n");
        await ada.StateAsync("Saved");
        await Expect(ada.Page.Locator(".editor-code .cm-content")).Not.ToContainTextAsync("wrong turn");
        (await ada.Notices.InnerTextAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_written_since_into_a_file_that_is_back_is_not_thrown_away_with_it()
    {
        var (ada, project) = await LeftBehindAsync("came back");
        await using var _ = ada;
        await ada.StateAsync("Saved");
        await ada.WriteAsync(" and new words");
        await ada.ChooseAsync("Discard");
        await ada.ChooseAsync("Throw it away");
        await ada.NoticeAsync("notes.txt was changed since, so it stays as it is.");
        await ada.StateAsync("Saved");
        await ada.TextAsync("came back and new words");
        (await stage.StoredAsync(project)).ShouldBe("begin\ncame back and new words");
    }

    [Fact]
    public async Task A_second_window_that_has_nothing_of_its_own_follows_at_once_and_one_that_has_chooses()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        var second = await ada.Context.NewPageAsync();
        await second.GotoAsync(project.Text("editUrl"));
        await Person.TextAsync(second, "begin");
        await ada.Page.BringToFrontAsync();
        await ada.WriteAsync("from the first");
        await ada.StateAsync("Saved");
        await Person.TextAsync(second, "from the first");

        await ada.Context.SetOfflineAsync(true);
        await ada.WriteAsync(" again");
        await Person.WriteAsync(second, " and second");
        await Expect(Person.StateOf(second)).ToContainTextAsync("Offline", new() { Timeout = 30_000 });
        await ada.StateAsync("Offline");
        await ada.Context.SetOfflineAsync(false);
        await Eventually(async () =>
            (await ada.State.InnerTextAsync(), await Person.StateOf(second).InnerTextAsync()) is ("Saved", "Waits for your choice") or ("Waits for your choice", "Saved"));
    }

    [Fact]
    public async Task A_clean_editor_follows_what_another_person_saves()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        await stage.SaveAsAuthorAsync(project, "begin\nby the author");
        await ada.TextAsync("by the author");
        await ada.StateAsync("Saved");
    }

    [Fact]
    public async Task A_lost_answer_is_no_conflict_with_oneself_even_after_the_browser_was_killed()
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.ProjectAsync(name);
        await ada.EditAsync(project.Text("editUrl"));
        // The hub gets and saves it; the answer is lost on its way back.
        await ada.Context.RouteAsync("**/files", async route =>
        {
            if (route.Request.Method == "POST")
            {
                await route.FetchAsync();
                await route.AbortAsync();
            }
            else await route.ContinueAsync();
        });
        await ada.WriteAsync("first");
        await Eventually(async () => await stage.StoredAsync(project) == "begin\nfirst");
        await ada.StateAsync("Offline");
        await ada.WriteAsync(" second");
        await Task.Delay(1_000);
        await ada.KillBrowserAsync();
        await ada.EditAsync(project.Text("editUrl"), name);
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nfirst second");
    }

    [Fact]
    public async Task Where_the_storage_of_the_browser_is_full_the_editor_says_that_it_keeps_nothing_and_saves_sooner()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        var session = await ada.Context.NewCDPSessionAsync(ada.Page);
        await session.SendAsync("Storage.overrideQuotaForOrigin", new() { ["origin"] = stage.Hub.Url, ["quotaSize"] = 1 });
        await ada.Context.SetOfflineAsync(true);
        await ada.WriteAsync(new string('y', 200), delay: 0);
        await ada.NoticeAsync("what is not saved is lost when the tab closes");
        await Expect(ada.Notices.GetByRole(AriaRole.Button, new() { Name = "Download as zip" })).ToBeVisibleAsync();
        var asked = new TaskCompletionSource<string>();
        ada.Page.Dialog += async (_, dialog) =>
        {
            asked.TrySetResult(dialog.Type);
            await dialog.DismissAsync();
        };
        await ada.Page.CloseAsync(new() { RunBeforeUnload = true });
        (await asked.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe("beforeunload");
        await ada.Context.SetOfflineAsync(false);
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldEndWith("yyy");
    }

    [Fact]
    public async Task Where_the_browser_denies_storage_a_copy_can_be_written_and_downloaded_and_says_that_nothing_is_kept()
    {
        var project = await stage.Author.PublishedAsync(("index.html", "<p>start</p>"));
        await using var visitor = await stage.VisitorAsync(deniesStorage: true);
        await visitor.EditAsync(project.Text("editUrl"));
        await visitor.NoticeAsync("This browser keeps nothing for this page");
        await visitor.WriteAsync("kept nowhere");
        (await visitor.DownloadAsync())["index.html"].ShouldContain("kept nowhere");
    }

    [Fact]
    public async Task With_a_clock_that_jumps_everything_is_saved_and_put_back_as_ever()
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.ProjectAsync(name);
        await ada.Context.AddInitScriptAsync(
            """
            const real = Date;
            const wrong = () => Math.floor(Math.random() * 4e12);
            Date = class extends real { constructor(...args) { args.length ? super(...args) : super(wrong()) } static now() { return wrong() } };
            """);
        await ada.EditAsync(project.Text("editUrl"));
        await ada.WriteAsync("saved");
        await ada.StateAsync("Saved");
        await ada.Context.SetOfflineAsync(true);
        await ada.WriteAsync(" kept");
        await Task.Delay(1_000);
        await ada.CloseTabAsync();
        await ada.Context.SetOfflineAsync(false);
        await ada.EditAsync(project.Text("editUrl"));
        await ada.StateAsync("Saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\nsaved kept");
    }

    [Fact]
    public async Task A_file_that_the_hub_refuses_is_named_and_all_others_are_saved()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        await ada.WriteAsync("taken");
        // 26 MB, one more than a file may have, dropped as from the desktop.
        await ada.Page.EvaluateAsync(
            """
            () => {
              const data = new DataTransfer();
              data.items.add(new File([new Uint8Array(26_000_000)], 'huge.bin'));
              document.querySelector('.tree').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """);
        await Eventually(async () => await stage.StoredAsync(project) == "begin\ntaken");
        await Expect(ada.Page.Locator("body")).ToContainTextAsync("huge.bin");
    }

    [Fact]
    public async Task A_file_whose_new_name_the_hub_refuses_stays_under_its_old_one()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        await stage.SaveAsAuthorAsync(project, "another file", "NEW.txt");
        await ada.Page.GetByRole(AriaRole.Treeitem, new() { Name = "notes.txt" }).ClickAsync(new() { Button = MouseButton.Right });
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Rename…" }).ClickAsync();
        await ada.Page.Locator("dialog[open] #path").FillAsync("new.txt");
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.NoticeAsync("new.txt is not saved");
        await ada.StateAsync("Not all saved");
        (await stage.StoredAsync(project)).ShouldBe("begin\n");

        await ada.ChooseAsync("Take this change back");
        await ada.StateAsync("Saved");
        await Expect(ada.Page.GetByRole(AriaRole.Treeitem, new() { Name = "notes.txt" })).ToBeVisibleAsync();
        (await stage.StoredAsync(project)).ShouldBe("begin\n");
    }

    [Fact]
    public async Task Of_two_files_that_the_hub_refuses_the_one_that_is_taken_back_is_not_named_any_more()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        foreach (var name in (string[])["one.txt", "two.txt"])
        {
            await stage.SaveAsAuthorAsync(project, "another file", name.ToUpperInvariant());
            await ada.Page.GetByRole(AriaRole.Button, new() { Name = "New file", Exact = true }).ClickAsync();
            await ada.Page.Locator("dialog[open] #path").FillAsync(name);
            await ada.Page.Keyboard.PressAsync("Enter");
            await ada.NoticeAsync($"{name} is not saved");
        }
        await ada.NoticeAsync("one.txt is not saved");
        await ada.ChooseAsync("Take this change back");
        await Expect(ada.Notices).Not.ToContainTextAsync("one.txt");
        await ada.NoticeAsync("two.txt is not saved");
        await ada.StateAsync("Not all saved");
    }

    [Fact]
    public async Task A_large_drop_arrives_in_parts_each_of_which_is_saved_for_itself_also_on_a_slow_line()
    {
        var (ada, project) = await WriterAsync();
        await using var _ = ada;
        var sent = 0;
        ada.Page.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.EndsWith("/files", StringComparison.Ordinal)) Interlocked.Increment(ref sent);
        };
        var session = await ada.Context.NewCDPSessionAsync(ada.Page);
        // 16 MB at this rate take longer than the 30 seconds in which the hub answers anything else.
        await session.SendAsync("Network.emulateNetworkConditions", new() { ["offline"] = false, ["latency"] = 0, ["downloadThroughput"] = -1, ["uploadThroughput"] = 400_000 });
        await ada.Page.EvaluateAsync(
            """
            () => {
              const data = new DataTransfer();
              for (const name of ['one.bin', 'two.bin', 'three.bin', 'four.bin']) data.items.add(new File([new Uint8Array(4_000_000)], name));
              document.querySelector('.tree').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """);
        await Expect(ada.State).ToContainTextAsync("Saving", new() { Timeout = 30_000 });
        await Expect(ada.State).ToHaveTextAsync("Saved", new() { Timeout = 120_000 });
        sent.ShouldBe(2);
        (await stage.StoredAsync(project, "four.bin")).Length.ShouldBe(4_000_000);
    }

    [Fact]
    public async Task Whose_access_was_taken_away_keeps_the_text_and_is_offered_to_take_it_along()
    {
        var (ada, name) = await stage.MemberAsync();
        await using var _ = ada;
        var project = await stage.ProjectAsync(name);
        await stage.SaveAsAuthorAsync(project, "<p>page", "index.html");
        await stage.Author.PublishAsync(project.Text("id"));
        await ada.EditAsync(project.Text("editUrl"));
        (await stage.Author.DeleteAsync($"/api/v1/projects/{project.Text("id")}/members/{name}")).EnsureSuccessStatusCode();
        await ada.WriteAsync("mine all the same");
        await ada.NoticeAsync("you may not change it any more");
        await ada.ChooseAsync("Save as my project");
        await ada.Page.WaitForURLAsync($"**/@{name}/**/edit");
        await ada.TextAsync("mine all the same");
        (await stage.StoredAsync(project, "index.html")).ShouldBe("<p>page");
    }

    private static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var attempt = 0; attempt < 150; attempt++)
        {
            if (await holds()) return;
            await Task.Delay(200);
        }
        (await holds()).ShouldBeTrue();
    }

    /// <summary>Somebody whose tab was closed before what they wrote was saved, and who opened the editor again.</summary>
    private async Task<(Person Person, JsonElement Project)> LeftBehindAsync(string text)
    {
        var (person, project) = await WriterAsync();
        await person.Context.SetOfflineAsync(true);
        await person.WriteAsync(text);
        await Task.Delay(1_000);
        await person.CloseTabAsync();
        await person.Context.SetOfflineAsync(false);
        await person.EditAsync(project.Text("editUrl"));
        await person.NoticeAsync("had not saved is back");
        return (person, project);
    }

    private async Task<(Person Person, JsonElement Project)> WriterAsync()
    {
        var (person, name) = await stage.MemberAsync();
        var project = await stage.ProjectAsync(name);
        await person.EditAsync(project.Text("editUrl"));
        return (person, project);
    }
}
