using Microsoft.Playwright;
using PyScriptHub.Web.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>What one does with files: the list of them, their tabs, and what comes from outside.</summary>
[Collection(nameof(SharedWorkshop))]
public sealed class FilesTests(Workshop workshop)
{
    [Fact]
    public async Task A_file_is_made_renamed_moved_deleted_and_brought_back()
    {
        await using var editor = await workshop.OpenAsync(("index.html", "<p>one</p>\n"), ("main.py", "x = 1\n"));
        var page = editor.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "New file", Exact = true }).ClickAsync();
        await editor.Dialog.Locator("#path").FillAsync("data/words.txt");
        await page.Keyboard.PressAsync("Enter");
        await editor.TypeAtEndAsync("alpha");
        await editor.MenuAsync("main.py", "Rename…");
        await editor.Dialog.Locator("#path").FillAsync("start.py");
        await page.Keyboard.PressAsync("Enter");
        await editor.MenuAsync("start.py", "Move to…");
        await editor.Dialog.Locator("select").SelectOptionAsync("data");
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Move", Exact = true }).ClickAsync();
        await Expect(editor.Row("start.py")).ToHaveAttributeAsync("aria-level", "2");
        await editor.SaveAsync();
        (await editor.PathsAsync()).ShouldBe(["data/start.py", "data/words.txt", "index.html"]);
        (await editor.TextAsync("data/words.txt")).ShouldBe("alpha");

        await editor.MenuAsync("data", "Delete");
        await editor.SaveAsync();
        (await editor.PathsAsync()).ShouldBe(["index.html"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).Last.ClickAsync();
        await Expect(editor.Row("words.txt")).ToBeVisibleAsync();
        await editor.SaveAsync();
        (await editor.PathsAsync()).ShouldBe(["data/start.py", "data/words.txt", "index.html"]);
        (await editor.TextAsync("data/start.py")).ShouldBe("x = 1\n");
        editor.ShouldHaveNoComplaint();
    }

    [Theory]
    [InlineData("MAIN.PY", "upper and lower case")]
    [InlineData("a/../b.py", "out of the project")]
    [InlineData("con.txt", "Windows")]
    [InlineData("what?.py", "may not hold")]
    [InlineData(".hub/x", "hub’s own")]
    [InlineData("main.py/inner.py", "is a file")]
    public async Task A_name_that_the_hub_would_refuse_is_refused_with_the_reason_before_anything_is_sent(string name, string reason)
    {
        await using var editor = await workshop.OpenAsync(("main.py", ""));
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "New file", Exact = true }).ClickAsync();
        await editor.Dialog.Locator("#path").FillAsync(name);
        await editor.Page.Keyboard.PressAsync("Enter");
        await Expect(editor.Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync(reason);
        await editor.Page.Keyboard.PressAsync("Escape");
        await editor.SaveAsync();
        (await editor.PathsAsync()).ShouldBe(["main.py"]);
    }

    [Fact]
    public async Task Files_dropped_from_the_desktop_come_in_and_what_they_replace_can_be_had_back()
    {
        await using var editor = await workshop.OpenAsync(("index.html", "<p>old</p>"), ("lib/a.py", "a = 1\n"));
        await editor.DropAsync(editor.Tree, ("index.html", "<p>new</p>"), ("b.py", "b = 2\n"), ("bad?.py", ""));
        await Expect(editor.Page.Locator(".toast.bad")).ToContainTextAsync("bad?.py");
        await editor.DropAsync(editor.Row("lib"), ("c.py", "c = 3\n"));
        await Expect(editor.Row("c.py")).ToHaveAttributeAsync("aria-level", "2");
        await editor.SaveAsync();
        (await editor.PathsAsync()).ShouldBe(["b.py", "index.html", "lib/a.py", "lib/c.py"]);
        (await editor.TextAsync("index.html")).ShouldBe("<p>new</p>");
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(editor.Code).ToContainTextAsync("old");
        await editor.SaveAsync();
        (await editor.TextAsync("index.html")).ShouldBe("<p>old</p>");
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task Tabs_keep_the_cursor_and_what_can_be_undone_of_each_file()
    {
        await using var editor = await workshop.OpenAsync(("main.py", "one\ntwo\n"), ("other.py", "three\n"));
        var page = editor.Page;
        await editor.OpenFileAsync("main.py");
        await editor.Code.ClickAsync();
        await page.Keyboard.PressAsync("Control+Home");
        await page.Keyboard.TypeAsync("zero ");
        await editor.OpenFileAsync("other.py");
        await editor.TypeAtEndAsync("four");
        await page.GetByRole(AriaRole.Tab, new() { Name = "main.py" }).ClickAsync();
        await Expect(editor.Code).ToContainTextAsync("zero one");
        await Expect(editor.Code).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("half ");
        await Expect(editor.Code).ToContainTextAsync("zero half one");
        await page.Keyboard.PressAsync("Control+z");
        await page.Keyboard.PressAsync("Control+z");
        await Expect(editor.Code).Not.ToContainTextAsync("zero");
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Tab)).ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "main.py" })).ToHaveAttributeAsync("aria-selected", "true");
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task Words_are_found_in_all_files_and_lead_to_their_line()
    {
        await using var editor = await workshop.OpenAsync(("index.html", "<p>nothing</p>"), ("lib/deep.py", "a = 1\nneedle = 2\n"));
        await editor.Page.Keyboard.PressAsync("Control+Shift+F");
        await editor.Dialog.GetByLabel("Find").First.FillAsync("Needle");
        await editor.Dialog.Locator(".hit").ClickAsync();
        await Expect(editor.Page.Locator(".cm-activeLine")).ToHaveTextAsync("needle = 2");
    }

    [Fact]
    public async Task A_picture_is_shown_and_another_binary_is_offered_for_download()
    {
        var dot = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        await using var editor = await workshop.OpenAsync(null, ("dot.png", dot), ("index.html", "<p>x</p>"u8.ToArray()), ("data.bin", [0, 1, 2, 3]));
        await editor.OpenFileAsync("dot.png");
        await Expect(editor.Page.Locator("img.picture")).ToBeVisibleAsync();
        (await editor.Page.Locator("img.picture").EvaluateAsync<int>("image => image.decode().then(() => image.naturalWidth)")).ShouldBe(1);
        await editor.OpenFileAsync("data.bin");
        await Expect(editor.Code).ToBeHiddenAsync();
        var download = await editor.Page.RunAndWaitForDownloadAsync(() => editor.Page.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync());
        (await File.ReadAllBytesAsync((await download.PathAsync())!, TestContext.Current.CancellationToken)).ShouldBe([0, 1, 2, 3]);
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task A_picture_that_is_replaced_here_or_in_another_window_is_shown_as_it_is_now()
    {
        const string Wide = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGNg+A8AAQIBAEK+vGgAAAAASUVORK5CYII=";
        var dot = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        await using var editor = await workshop.OpenAsync(null, ("dot.png", dot), ("index.html", "<p>x</p>"u8.ToArray()));
        await editor.OpenFileAsync("dot.png");
        await Expect(editor.Page.Locator("img.picture")).ToHaveJSPropertyAsync("naturalWidth", 1);
        var second = await editor.Page.Context.NewPageAsync();
        await second.GotoAsync(editor.Project.Text("editUrl"));
        await Expect(second.Locator("img.picture")).ToHaveJSPropertyAsync("naturalWidth", 1);
        await second.EvaluateAsync(
            """
            base64 => {
              const data = new DataTransfer();
              data.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], 'dot.png'));
              document.querySelector('.tree').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """, Wide);
        await Expect(second.Locator("img.picture")).ToHaveJSPropertyAsync("naturalWidth", 2);
        await Expect(editor.Page.Locator("img.picture")).ToHaveJSPropertyAsync("naturalWidth", 2, new() { Timeout = 30_000 });
    }
}
