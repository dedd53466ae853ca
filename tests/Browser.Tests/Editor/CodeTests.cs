using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>Help with writing code, and the way from an error of the running page to its line.</summary>
[Collection(nameof(SharedWorkshop))]
public sealed class CodeTests(Workshop workshop)
{
    private const string Page = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Lesson</title>
        <script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script></head>
        <body><p id="answer"></p><script type="mpy" src="main.py"></script></body></html>

        """;

    [Theory]
    [InlineData("from pyscript import disp", "display")]
    [InlineData("import pyscript.we", "pyscript.web")]
    [InlineData("import too", "tools")]
    [InlineData("from tools import mea", "measure")]
    [InlineData("import tools\ntools.Rul", "Ruler")]
    [InlineData("open('da", "data.txt")]
    [InlineData("document.querySelector('#an", "#answer")]
    [InlineData("isinst", "isinstance")]
    public async Task Names_of_PyScript_of_Python_and_of_the_project_are_suggested(string typed, string suggestion)
    {
        await using var editor = await workshop.OpenAsync(
            ("main.py", ""), ("tools.py", "def measure():\n    pass\n\nclass Ruler:\n    pass\n"), ("data.txt", "x"), ("index.html", Page));
        await editor.OpenFileAsync("main.py");
        await editor.TypeAtEndAsync(typed);
        await editor.Page.Keyboard.PressAsync("Control+Space");
        await Expect(editor.Page.Locator(".cm-tooltip-autocomplete li").Filter(new() { HasText = suggestion }).First).ToBeVisibleAsync();
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task A_name_that_is_taken_brings_its_import_along()
    {
        await using var editor = await workshop.OpenAsync(("main.py", "\"\"\"Words.\"\"\"\nimport random\n\n"));
        await editor.OpenFileAsync("main.py");
        await editor.TypeAtEndAsync("displ");
        var suggestion = editor.Page.Locator(".cm-tooltip-autocomplete li").Filter(new() { HasText = "adds the import" }).First;
        await Expect(suggestion).ToBeVisibleAsync();
        await suggestion.ClickAsync();
        await editor.SaveAsync();
        (await editor.TextAsync("main.py")).ShouldBe("\"\"\"Words.\"\"\"\nimport random\nfrom pyscript import display\n\ndisplay");
    }

    [Fact]
    public async Task An_error_of_the_running_page_is_marked_in_the_code_and_a_click_in_the_console_leads_to_it()
    {
        await using var editor = await workshop.OpenAsync(("index.html", Page), ("main.py", "a = 1\n\nprint('hello')\n1 / 0\n"));
        await editor.OpenFileAsync("main.py");
        await editor.Page.Keyboard.PressAsync("Control+Enter");
        var console = editor.Page.Locator(".console-host");
        await Expect(console).ToContainTextAsync("ZeroDivisionError", new() { Timeout = 60_000 });
        await Expect(console).ToContainTextAsync("hello");
        await Expect(editor.Page.Locator(".cm-lintRange-error")).ToHaveTextAsync("1 / 0");
        await editor.OpenFileAsync("index.html");
        await console.GetByText("line 4").First.ClickAsync();
        await Expect(editor.Page.Locator(".cm-activeLine")).ToHaveTextAsync("1 / 0");
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task The_page_runs_in_the_interpreter_that_one_chooses_and_stops()
    {
        await using var editor = await workshop.OpenAsync(("index.html", Page), ("main.py", "import sys\nfrom pyscript import document\ndocument.querySelector('#answer').textContent = sys.implementation.name\n"));
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Run" }).First.ClickAsync();
        var answer = editor.Page.FrameLocator(".preview-host iframe").Locator("#answer");
        await Expect(answer).ToHaveTextAsync("micropython", new() { Timeout = 60_000 });
        await editor.Page.Locator(".editor-bar .interpreter").SelectOptionAsync("pyodide");
        await Expect(answer).ToHaveTextAsync("cpython", new() { Timeout = 60_000 });
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(editor.Page.Locator("iframe")).ToHaveCountAsync(0);
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task Questions_of_a_script_are_answered_one_by_one_also_after_the_console_was_cleared()
    {
        await using var editor = await workshop.OpenAsync(
            ("index.html", Page.Replace("type=\"mpy\"", "type=\"mpy\" worker", StringComparison.Ordinal)), ("main.py", "print('before')\nname = input('Name? ')\nprint('Hello', name, input('Age? '))\n"));
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Run" }).First.ClickAsync();
        var console = editor.Page.Locator(".console-host");
        var field = console.GetByLabel("The project asks: Name?");
        await Expect(field).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await console.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await Expect(console).Not.ToContainTextAsync("before");
        await field.FillAsync("Ada");
        await field.PressAsync("Enter");
        field = console.GetByLabel("The project asks: Age?");
        await field.FillAsync("36");
        await field.PressAsync("Enter");
        await Expect(console).ToContainTextAsync("Hello Ada 36");
        await Expect(console.Locator("form.console-input")).ToBeHiddenAsync();
        editor.ShouldHaveNoComplaint();
    }

    [Theory]
    [InlineData("data.json", "{\"a\": 1,}")]
    [InlineData("pyscript.toml", "packages = [\n")]
    public async Task Mistakes_in_data_are_marked(string path, string text)
    {
        await using var editor = await workshop.OpenAsync((path, text));
        await editor.OpenFileAsync(path);
        await Expect(editor.Page.Locator(".cm-lint-marker-error")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Python_in_a_page_is_coloured_as_Python()
    {
        await using var editor = await workshop.OpenAsync(("index.html", "<script type=\"mpy\">\nfor i in range(3):\n    print(i)\n</script>\n"));
        await editor.OpenFileAsync("index.html");
        await Expect(editor.Page.Locator(".tok-keyword").First).ToHaveTextAsync("for");
    }
}
