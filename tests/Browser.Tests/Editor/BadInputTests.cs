using System.Text;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>Files as they come: long, many, old, odd. What is not touched stays byte for byte.</summary>
[Collection(nameof(SharedWorkshop))]
public sealed class BadInputTests(Workshop workshop)
{
    [Theory]
    [InlineData("a = 1\r\nb = 2\r\n", "a = 1\r\nb = 2\r\nc")]
    [InlineData("if a:\n\tb = 2", "if a:\n\tb = 2c")]
    [InlineData("a\r\nb\nc\n", "a\r\nb\nc\nc")]
    [InlineData("\uFEFFa = 1\n", "\uFEFFa = 1\nc")]
    [InlineData("", "c")]
    public async Task Line_ends_tabs_and_a_missing_last_line_end_stay_as_they_are(string before, string after)
    {
        await using var editor = await workshop.OpenAsync(("main.py", before));
        await editor.OpenFileAsync("main.py");
        await editor.TypeAtEndAsync("c");
        await editor.SaveAsync();
        (await editor.TextAsync("main.py")).ShouldBe(after);
    }

    [Fact]
    public async Task A_file_that_indents_by_tabs_goes_on_with_tabs_and_others_by_four_spaces()
    {
        await using var editor = await workshop.OpenAsync(("spaces.py", "a = 1\n"), ("tabs.py", "if a:\n\tb = 2\n"));
        await editor.OpenFileAsync("tabs.py");
        await editor.TypeAtEndAsync("def f():\nc");
        await editor.OpenFileAsync("spaces.py");
        await editor.TypeAtEndAsync("def f():\nc\n");
        await editor.Page.Keyboard.PressAsync("Backspace");
        await editor.Page.Keyboard.TypeAsync("d");
        await editor.SaveAsync();
        (await editor.TextAsync("tabs.py")).ShouldBe("if a:\n\tb = 2\ndef f():\n\tc");
        (await editor.TextAsync("spaces.py")).ShouldBe("a = 1\ndef f():\n    c\nd");
    }

    [Fact]
    public async Task Latin_1_is_named_as_such_and_becomes_utf_8_when_one_asks_for_it()
    {
        await using var editor = await workshop.OpenAsync(null, ("old.txt", Encoding.Latin1.GetBytes("Grüße\n")));
        await editor.OpenFileAsync("old.txt");
        await Expect(editor.Page.Locator(".code-note")).ToContainTextAsync("another encoding");
        (await editor.BytesAsync("old.txt")).ShouldBe(Encoding.Latin1.GetBytes("Grüße\n"));
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Open as Latin-1" }).ClickAsync();
        await Expect(editor.Code).ToContainTextAsync("Grüße");
        await editor.SaveAsync();
        (await editor.TextAsync("old.txt")).ShouldBe("Grüße\n");
    }

    [Fact]
    public async Task A_text_of_5_MB_opens_is_edited_and_says_that_it_has_no_colours()
    {
        // Random, since an archive of one line over and over is refused as a bomb.
        var random = new Random(5);
        var text = string.Concat(Enumerable.Range(0, 5_000_000 / 57).Select(_ => $"value = '{random.NextInt64():x16}{random.NextInt64():x16}{random.NextInt64():x14}'\n"));
        await using var editor = await workshop.OpenAsync(("large.py", text));
        await editor.OpenFileAsync("large.py");
        await Expect(editor.Page.Locator(".strip")).ToContainTextAsync("without colours");
        await editor.TypeAtEndAsync("end");
        await editor.Page.Keyboard.PressAsync("Control+s");
        await Expect(editor.Page.Locator(".save-state")).ToHaveTextAsync("Saved", new() { Timeout = 30_000 });
        (await editor.TextAsync("large.py")).ShouldBe(text + "end");
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task A_megabyte_is_pasted_and_saved()
    {
        await using var editor = await workshop.OpenAsync(("main.py", "a = 1\n"));
        await editor.OpenFileAsync("main.py");
        await editor.Code.ClickAsync();
        await editor.Page.Keyboard.PressAsync("Control+End");
        await editor.Code.EvaluateAsync("""
            element => {
              const data = new DataTransfer();
              data.setData('text/plain', 'some words\n'.repeat(95_326));
              element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            }
            """);
        await editor.SaveAsync();
        (await editor.BytesAsync("main.py")).Length.ShouldBe(6 + (95_326 * 11));
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task Two_thousand_files_are_listed_with_no_more_rows_than_can_be_seen()
    {
        var files = Enumerable.Range(0, 1_999).Select(i => ($"part{i % 20:00}/file{i:0000}.py", $"n = {i}\n")).Append(("index.html", "<p>x</p>")).ToArray();
        await using var editor = await workshop.OpenAsync(files);
        await Expect(editor.Row("part00")).ToBeVisibleAsync();
        (await editor.Page.GetByRole(AriaRole.Treeitem).CountAsync()).ShouldBeLessThan(120);
        await editor.Tree.FocusAsync();
        await editor.Page.Keyboard.PressAsync("End");
        await Expect(editor.Row("index.html")).ToBeInViewportAsync();
        await editor.OpenFileAsync("part07/file1987.py");
        await Expect(editor.Code).ToContainTextAsync("n = 1987");
        await editor.Page.GetByLabel("Filter files").FillAsync("file0123");
        await Expect(editor.Page.GetByRole(AriaRole.Treeitem)).ToHaveCountAsync(2);
        editor.ShouldHaveNoComplaint();
    }
}
