using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>The editor without a mouse, on a phone, and read out.</summary>
[Collection(nameof(SharedWorkshop))]
public sealed class ReachTests(Workshop workshop)
{
    private static readonly (string, string)[] s_files = [("index.html", "<!doctype html><title>x</title><p>one</p>"), ("main.py", "a = 1\n"), ("lib/tools.py", "b = 2\n")];

    [Fact]
    public async Task The_keyboard_alone_makes_a_file_writes_it_saves_and_runs_the_page()
    {
        await using var editor = await workshop.OpenAsync(s_files);
        var keys = editor.Page.Keyboard;
        await editor.Tree.FocusAsync();
        await keys.PressAsync("Home");
        await keys.PressAsync("Shift+F10");
        await Expect(editor.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Rename…" })).ToBeFocusedAsync();
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Enter");
        await Expect(editor.Dialog.Locator("#path")).ToBeFocusedAsync();
        await keys.TypeAsync("new.py");
        await keys.PressAsync("Enter");
        await Expect(editor.Page.GetByRole(AriaRole.Tab, new() { Name = "lib/new.py" })).ToHaveAttributeAsync("aria-selected", "true");
        await keys.PressAsync("F6");
        await editor.Tree.FocusAsync();
        await keys.PressAsync("F6");
        await Expect(editor.Code).ToBeFocusedAsync();
        await keys.TypeAsync("c = 3");
        await editor.SaveAsync();
        (await editor.TextAsync("lib/new.py")).ShouldBe("c = 3");
        await keys.PressAsync("Control+Enter");
        await Expect(editor.Page.Locator(".preview-host iframe")).ToBeVisibleAsync();
        await keys.PressAsync("Control+.");
        await Expect(editor.Page.Locator("iframe")).ToHaveCountAsync(0);
        await keys.PressAsync("F1");
        await Expect(editor.Dialog).ToContainTextAsync("Go to line");
        await keys.PressAsync("Escape");
        await Expect(editor.Dialog).ToHaveCountAsync(0);
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task Escape_and_then_Tab_lead_out_of_the_code()
    {
        await using var editor = await workshop.OpenAsync(s_files);
        await editor.OpenFileAsync("main.py");
        await editor.TypeAtEndAsync("b");
        // The first may close a suggestion.
        await editor.Page.Keyboard.PressAsync("Escape");
        await editor.Page.Keyboard.PressAsync("Escape");
        await editor.Page.Keyboard.PressAsync("Tab");
        await Expect(editor.Code).Not.ToBeFocusedAsync();
        await editor.SaveAsync();
        (await editor.TextAsync("main.py")).ShouldBe("a = 1\nb");
    }

    [Fact]
    public async Task Splitters_move_by_arrow_keys_and_stay_where_they_were_put()
    {
        await using var editor = await workshop.OpenAsync(s_files);
        var files = editor.Page.Locator(".editor-files");
        var before = (await files.BoundingBoxAsync())!.Width;
        await editor.Page.GetByRole(AriaRole.Separator, new() { Name = "Width of the files" }).FocusAsync();
        await editor.Page.Keyboard.PressAsync("ArrowRight");
        await editor.Page.Keyboard.PressAsync("ArrowRight");
        (await files.BoundingBoxAsync())!.Width.ShouldBe(before + 32, 1);
        await editor.Page.ReloadAsync();
        await Expect(editor.Tree).ToBeVisibleAsync();
        (await files.BoundingBoxAsync())!.Width.ShouldBe(before + 32, 1);
    }

    [Fact]
    public async Task On_a_phone_one_part_is_seen_at_a_time_and_nothing_is_wider_than_the_screen()
    {
        await using var editor = await workshop.OpenAsync(Look.Phone, s_files);
        var page = editor.Page;
        var parts = page.GetByRole(AriaRole.Navigation, new() { Name = "Parts of the editor" });
        await parts.GetByRole(AriaRole.Button, new() { Name = "Files" }).TapAsync();
        await editor.Row("main.py").TapAsync();
        await editor.Code.TapAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("print");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Round brackets" }).TapAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Double quotes" }).TapAsync();
        await page.Keyboard.TypeAsync("hi");
        await Expect(editor.Code).ToBeFocusedAsync();
        await editor.SaveAsync();
        (await editor.TextAsync("main.py")).ShouldBe("a = 1\nprint(\"hi\")");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).First.TapAsync();
        await Expect(page.Locator(".preview-host iframe")).ToBeVisibleAsync();
        await Expect(editor.Code).ToBeHiddenAsync();
        foreach (var part in new[] { "Files", "Code", "Preview", "Console" })
        {
            await parts.GetByRole(AriaRole.Button, new() { Name = part }).TapAsync();
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390, part);
        }
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task On_a_tablet_the_files_are_in_a_drawer_that_closes_again()
    {
        await using var editor = await workshop.OpenAsync(Look.Tablet, s_files);
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Files", Exact = true }).TapAsync();
        await editor.Row("main.py").TapAsync();
        await Expect(editor.Tree).ToBeHiddenAsync();
        await Expect(editor.Code).ToContainTextAsync("a = 1");
    }

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task The_editor_and_its_dialogs_have_no_serious_barrier(int width, bool isDark)
    {
        await using var editor = await workshop.OpenAsync(new Look(width, IsDark: isDark), [.. s_files, ("style.css", "p { color: red }\n"), ("a.json", "{}"), ("b.md", "# x"), ("c.js", "let a = 1"), ("d.txt", "d"), ("e.txt", "e")]);
        var page = editor.Page;
        await editor.OpenFileAsync("main.py");
        await ShouldHaveNoBarrierAsync(page, "code");
        await editor.Code.ClickAsync();
        await page.Keyboard.PressAsync("Control+f");
        await ShouldHaveNoBarrierAsync(page, "search");
        await page.Keyboard.PressAsync("Escape");
        if (width < 768)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Files", Exact = true }).ClickAsync();
            await ShouldHaveNoBarrierAsync(page, "files");
            await page.GetByRole(AriaRole.Button, new() { Name = "Preview", Exact = true }).ClickAsync();
            await ShouldHaveNoBarrierAsync(page, "preview");
        }
        await page.Keyboard.PressAsync("F1");
        await ShouldHaveNoBarrierAsync(page, "keys");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await Expect(editor.Dialog).ToBeVisibleAsync();
        await ShouldHaveNoBarrierAsync(page, "share");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await ShouldHaveNoBarrierAsync(page, "menu");
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "History…" }).ClickAsync();
        await Expect(editor.Dialog.Locator(".revision")).ToHaveCountAsync(1);
        await ShouldHaveNoBarrierAsync(page, "history");
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task Where_the_hub_cannot_answer_the_editor_says_what_to_do()
    {
        await using var editor = await workshop.OpenAsync(s_files);
        await editor.Page.RouteAsync("**/api/v1/projects/*/files", route => route.FulfillAsync(new() { Status = 503, Headers = [new("Retry-After", "7")] }));
        await editor.Page.ReloadAsync();
        await Expect(editor.Page.Locator("#editor")).ToContainTextAsync("Try again in 7 seconds");
        await Expect(editor.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToBeVisibleAsync();
    }

    private static async Task ShouldHaveNoBarrierAsync(IPage page, string where)
    {
        var result = await page.RunAxe();
        result.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{where}: {violation.Id}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}")
            .ShouldBeEmpty();
    }
}
