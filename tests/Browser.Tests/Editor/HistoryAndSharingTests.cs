using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>What was, and who sees what is.</summary>
[Collection(nameof(SharedWorkshop))]
public sealed class HistoryAndSharingTests(Workshop workshop)
{
    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task An_earlier_state_is_compared_named_and_restored_and_nothing_is_lost_by_it(int width)
    {
        await using var editor = await workshop.OpenAsync(new Look(width), ("main.py", "first\n"));
        var page = editor.Page;
        await editor.OpenFileAsync("main.py");
        await editor.TypeAtEndAsync("second\n");
        await editor.SaveAsync();
        await editor.TypeAtEndAsync("third\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "History…" }).ClickAsync();
        // What was not saved yet is a state of its own by now.
        await Expect(editor.Dialog.Locator(".revision")).ToHaveCountAsync(3);
        await editor.Dialog.Locator(".revision").Last.ClickAsync();
        await Expect(editor.Dialog.Locator(".compared")).ToContainTextAsync("second");
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Name it" }).ClickAsync();
        await editor.Dialog.GetByRole(AriaRole.Textbox).First.FillAsync("As it began");
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Keep" }).ClickAsync();
        await Expect(editor.Dialog.Locator(".revision").Last).ToContainTextAsync("As it began");
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(editor.Code).Not.ToContainTextAsync("second");
        (await editor.TextAsync("main.py")).ShouldBe("first\n");
        await editor.Code.FocusAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("fourth");
        await editor.SaveAsync();
        (await editor.TextAsync("main.py")).ShouldBe("first\nfourth");
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task A_project_is_published_changed_and_taken_back_in_one_place()
    {
        await using var editor = await workshop.OpenAsync(("index.html", "<p>one</p>"));
        var page = editor.Page;
        await editor.OpenFileAsync("index.html");
        await editor.TypeAtEndAsync("two");
        await page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();
        await Expect(editor.Dialog).ToContainTextAsync("Others see it as it is now");
        var address = await editor.Dialog.GetByLabel("The page alone", new() { Exact = true }).InputValueAsync();
        (await workshop.Hub.Client.GetStringAsync(address, TestContext.Current.CancellationToken)).ShouldContain("two");
        new Uri(address).Host.ShouldNotBe(workshop.Hub.Options.PublicUrl.Host);

        await editor.Dialog.GetByLabel("Name", new() { Exact = true }).FillAsync("Better lesson");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".editor-title")).ToHaveTextAsync("Better lesson");
        await editor.Dialog.GetByLabel("Name in the address").FillAsync("better");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => url.Contains("/better", StringComparison.Ordinal) && url.EndsWith("/edit", StringComparison.Ordinal));
        await editor.Dialog.GetByLabel("Who may see it").SelectOptionAsync("private");
        await Expect(editor.Dialog).ToContainTextAsync("The project is private");
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Take back" }).ClickAsync();
        await Expect(editor.Dialog).ToContainTextAsync("Not published");

        // What becomes unlisted gets an address that cannot be guessed: the editor goes there with it.
        var before = page.Url;
        await editor.Dialog.GetByLabel("Who may see it").SelectOptionAsync("unlisted");
        await page.WaitForURLAsync(url => url != before);
        var slug = new Uri(page.Url).AbsolutePath.Split('/')[^2];
        await Expect(editor.Dialog.GetByLabel("Name in the address")).ToHaveValueAsync(slug);
        await Expect(editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true })).ToHaveCountAsync(0);
        (await page.ReloadAsync())!.Status.ShouldBe(200);
        await Expect(editor.Tree).ToBeVisibleAsync();
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task Somebody_is_let_in_and_taken_out_and_the_project_is_offered_to_them()
    {
        const string Friend = "a-friend-of-makers";
        await Web.Tests.Support.Visitor.RegisterAsync(workshop.Hub, Friend);
        await using var editor = await workshop.OpenAsync(("index.html", "<p>one</p>"));
        var page = editor.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await editor.Dialog.GetByText("People", new() { Exact = true }).ClickAsync();
        await editor.Dialog.GetByLabel("@name of somebody on this hub").FillAsync("nobody-of-this-name");
        await page.Keyboard.PressAsync("Enter");
        await Expect(editor.Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("no such user");
        await editor.Dialog.GetByLabel("@name of somebody on this hub").FillAsync("@" + Friend);
        await page.Keyboard.PressAsync("Enter");
        await Expect(editor.Dialog.Locator(".people")).ToContainTextAsync(Friend);
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = $"Remove {Friend}" }).ClickAsync();
        await Expect(editor.Dialog.Locator(".people")).Not.ToContainTextAsync(Friend);
        await editor.Dialog.GetByText("Hand over or delete").ClickAsync();
        await editor.Dialog.GetByLabel("@name of the new owner").FillAsync(Friend);
        await page.Keyboard.PressAsync("Enter");
        await Expect(editor.Dialog).ToContainTextAsync($"Offered to {Friend}");
    }
}
