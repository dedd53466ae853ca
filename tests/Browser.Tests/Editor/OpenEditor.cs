using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using PyScriptHub.Web.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>A window with the editor, in the words of somebody who uses it, and what the browser had to complain of.</summary>
internal sealed class OpenEditor : IAsyncDisposable
{
    private readonly HubServer _hub;
    private readonly ConcurrentQueue<string> _complaints = new();

    private OpenEditor(HubServer hub, IPage page, JsonElement project) => (_hub, Page, Project) = (hub, page, project);

    public IPage Page { get; }

    public JsonElement Project { get; }

    public ILocator Code => Page.Locator(".code-text .cm-content");

    public ILocator Tree => Page.Locator("[role=tree]");

    public ILocator Dialog => Page.Locator("dialog[open]");

    public static async Task<OpenEditor> BeginAsync(HubServer hub, IPage page, JsonElement project)
    {
        var editor = new OpenEditor(hub, page, project);
        var port = hub.Options.PublicUrl.Port;
        page.Console += (_, message) =>
        {
            // What the project's own page says is the project's affair.
            if (message.Type == "error" && !message.Location.Contains(".localhost", StringComparison.Ordinal)) editor._complaints.Enqueue(message.Text);
        };
        page.PageError += (_, error) => editor._complaints.Enqueue(error);
        page.Context.Request += (_, request) =>
        {
            if (Uri.TryCreate(request.Url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && new Uri(request.Url).Port != port)
                editor._complaints.Enqueue($"outside: {request.Url}");
        };
        await page.GotoAsync(project.Text("editUrl"));
        await Expect(editor.Tree).ToBeVisibleAsync(new() { Visible = page.ViewportSize!.Width >= 1024 });
        await Expect(page.Locator(".save-state")).ToHaveTextAsync("Saved");
        return editor;
    }

    public ILocator Row(string name) => Page.GetByRole(AriaRole.Treeitem, new() { Name = name });

    public async Task OpenFileAsync(string path)
    {
        await Page.Keyboard.PressAsync("Control+p");
        await Dialog.GetByRole(AriaRole.Combobox).FillAsync(path);
        await Page.Keyboard.PressAsync("Enter");
        await Expect(Page.GetByRole(AriaRole.Tab, new() { Name = path })).ToHaveAttributeAsync("aria-selected", "true");
    }

    /// <summary>Chooses out of the menu of a row.</summary>
    public async Task MenuAsync(string row, string item)
    {
        await Row(row).ClickAsync(new() { Button = MouseButton.Right });
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = item }).ClickAsync();
    }

    public async Task TypeAtEndAsync(string text)
    {
        await Code.ClickAsync();
        await Page.Keyboard.PressAsync("Control+End");
        await Page.Keyboard.TypeAsync(text);
    }

    public async Task SaveAsync()
    {
        await Page.Keyboard.PressAsync("Control+s");
        await Expect(Page.Locator(".save-state")).ToHaveTextAsync("Saved", new() { Timeout = 15_000 });
    }

    /// <summary>The paths that the hub has.</summary>
    public async Task<IReadOnlyList<string>> PathsAsync()
    {
        var answer = await Page.Context.APIRequest.GetAsync($"{_hub.Url}/api/v1/projects/{Project.Text("id")}/files");
        return [.. JsonDocument.Parse(await answer.TextAsync()).RootElement.GetProperty("files").EnumerateArray().Select(file => file.Text("path"))];
    }

    /// <summary>The bytes of a file as the hub has them.</summary>
    public async Task<byte[]> BytesAsync(string path)
    {
        var answer = await Page.Context.APIRequest.GetAsync($"{_hub.Url}/api/v1/projects/{Project.Text("id")}/files/{Uri.EscapeDataString(path)}");
        answer.Status.ShouldBe(200);
        return await answer.BodyAsync();
    }

    public async Task<string> TextAsync(string path) => System.Text.Encoding.UTF8.GetString(await BytesAsync(path));

    /// <summary>The files that are dropped from the desktop onto an element.</summary>
    public async Task DropAsync(ILocator onto, params (string Name, string Text)[] files)
    {
        var transfer = await Page.EvaluateHandleAsync(
            "files => { const t = new DataTransfer(); for (const [name, text] of files) t.items.add(new File([text], name)); return t; }",
            files.Select(file => new[] { file.Name, file.Text }).ToArray());
        await onto.DispatchEventAsync("drop", new { dataTransfer = transfer });
    }

    /// <summary>No console error, no violation of the page's policy, no request for another host so far.</summary>
    public void ShouldHaveNoComplaint() => _complaints.ShouldBeEmpty();

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
