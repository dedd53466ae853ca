using System.Globalization;
using System.Text;
using System.Text.Unicode;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>The plain editor: one file at a time in a text area, each change a form. Forms carry the revision that they were made for.</summary>
[Authorize]
[UploadLimit]
sealed class EditModel(IMediator hub, ProjectLimits limits) : HubPage
{
    // Beyond this a text area is no place to write in.
    private const long LongestText = 1_000_000;

    public FoundProject Found { get; private set; } = null!;

    public ProjectSummary Project => Found.Project;

    public ProjectFileList Files { get; private set; } = new(0, []);

    /// <summary>The file that is open; null where the project has none.</summary>
    public string? Open { get; private set; }

    /// <summary>Its text with line ends of one character; null where it is no text that can be edited here.</summary>
    public string? Text { get; private set; }

    /// <summary>Whether the file's lines end in CR LF, so that a save keeps them.</summary>
    public bool HasCrLf { get; private set; }

    /// <summary>Text that could not be saved because the project had moved on; <see cref="Text"/> is then what the other saved.</summary>
    public string? Unsaved { get; private set; }

    /// <summary>The revision that the open file's form is made for.</summary>
    public string Revision { get; private set; } = "";

    /// <summary>What went wrong with the last change, in a sentence.</summary>
    public string? Problem { get; private set; }

    public int? Saved { get; private set; }

    public bool JustGranted { get; private set; }

    public string Path => $"/@{Project.Owner}/{Project.Slug}";

    public async Task<IActionResult> OnGetAsync(string user, string slug, string? file, int? saved, bool granted, CancellationToken ct)
    {
        if (await LoadAsync(user, slug, file, ct) is { } error) return Fail(error);
        if (Project.Slug != slug || Project.Owner != user) return Redirect($"{Path}/edit{Request.QueryString}");
        (Saved, JustGranted) = (saved, granted);
        return Page();
    }

    public async Task<IActionResult> OnPostSaveAsync(
        string user, string slug, string? file, string? text, string? revision, bool crlf, CancellationToken ct)
    {
        var written = Normal(text);
        var path = FilePath.Parse(file ?? "");
        var saved = path.IsOk
            ? await ChangeAsync(user, slug, [Written(path.Value, written, crlf)], [], revision, ct)
            : path.Error;
        if (saved.IsOk) return Done(path.Value.Value, saved.Value.Revision);
        if (await LoadAsync(user, slug, file, ct) is { } error) return Fail(error);
        Open = file;
        (Unsaved, HasCrLf) = (written, crlf);
        if (saved.Error is not Error.Stale)
        {
            // The other's text is not shown, so the next try must still be made for the revision that was seen.
            (Problem, Revision) = (saved.Error.Message, revision ?? "");
        }
        return PageWith(saved.Error);
    }

    public async Task<IActionResult> OnPostAddAsync(string user, string slug, string? path, string? file, string? revision, CancellationToken ct)
    {
        var parsed = FilePath.Parse(path?.Trim() ?? "");
        if (!parsed.IsOk) return await ShowAsync(user, slug, file, "path", parsed.Error, ct);
        if (await LoadAsync(user, slug, file, ct) is { } error) return Fail(error);
        if (Files.Files.Any(other => other.Path == parsed.Value.Value)) return Redirect($"{Path}/edit?file={Uri.EscapeDataString(parsed.Value.Value)}");
        var saved = await ChangeAsync(user, slug, [NewFile.Of(parsed.Value, [])], [], revision, ct);
        return saved.IsOk ? Done(parsed.Value.Value, saved.Value.Revision) : await ShowAsync(user, slug, file, "path", saved.Error, ct);
    }

    public async Task<IActionResult> OnPostUploadAsync(
        string user, string slug, List<IFormFile> files, string? folder, string? file, string? revision, CancellationToken ct)
    {
        if (files.Count == 0) return await ShowAsync(user, slug, file, "files", Error.Field("files", "Choose a file."), ct);
        var written = new List<NewFile>();
        foreach (var upload in files)
        {
            var path = FilePath.Parse(string.IsNullOrWhiteSpace(folder) ? upload.FileName : $"{folder.Trim().TrimEnd('/')}/{upload.FileName}");
            if (!path.IsOk) return await ShowAsync(user, slug, file, "files", path.Error, ct);
            if (upload.Length > limits.FileBytes)
                return await ShowAsync(user, slug, file, "files", new Error.TooLarge($"The file '{path.Value}'", limits.FileBytes, upload.Length), ct);
            using var content = new MemoryStream((int)upload.Length);
            await upload.CopyToAsync(content, ct);
            written.Add(NewFile.Of(path.Value, content.ToArray()));
        }
        var saved = await ChangeAsync(user, slug, written, [], revision, ct);
        return saved.IsOk ? Done(written[0].Path.Value, saved.Value.Revision) : await ShowAsync(user, slug, file, "files", saved.Error, ct);
    }

    public async Task<IActionResult> OnPostDeleteAsync(string user, string slug, string? file, string? revision, CancellationToken ct)
    {
        var path = FilePath.Parse(file ?? "");
        var saved = path.IsOk ? await ChangeAsync(user, slug, [], [path.Value], revision, ct) : path.Error;
        return saved.IsOk ? Done(null, saved.Value.Revision) : await ShowAsync(user, slug, file, "delete", saved.Error, ct);
    }

    public async Task<IActionResult> OnPostPublishAsync(string user, string slug, string? file, CancellationToken ct)
    {
        var found = await FindAsync(user, slug, ct);
        if (!found.IsOk) return Fail(found.Error);
        var published = await hub.Send(new PublishProject(found.Value.Id, null), ct);
        return published.IsOk ? Redirect($"/@{user}/{slug}") : await ShowAsync(user, slug, file, "publish", published.Error, ct);
    }

    public async Task<IActionResult> OnPostPreviewAsync(string user, string slug, string? file, CancellationToken ct)
    {
        var found = await FindAsync(user, slug, ct);
        if (!found.IsOk) return Fail(found.Error);
        var granted = await hub.Send(new CreateGrant(found.Value.Id), ct);
        return granted.IsOk ? Redirect($"/@{user}/{slug}/edit?granted=true&file={Uri.EscapeDataString(file ?? "")}") : Fail(granted.Error);
    }

    private async Task<Result<SavedRevision>> ChangeAsync(
        string user, string slug, List<NewFile> written, List<FilePath> deleted, string? revision, CancellationToken ct)
    {
        var found = await FindAsync(user, slug, ct);
        if (!found.IsOk) return found.Error;
        return await hub.Send(new SaveFiles(found.Value.Id, written, deleted, IfMatch.Of(revision ?? "")), ct);
    }

    // Who may only look has no editor: to them the page is not there.
    private async Task<Result<FoundProject>> FindAsync(string user, string slug, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        return found is { IsOk: true, Value.CanEdit: false } ? new Error.NotFound("editor") : found;
    }

    private async Task<Error?> LoadAsync(string user, string slug, string? file, CancellationToken ct)
    {
        var found = await FindAsync(user, slug, ct);
        if (!found.IsOk) return found.Error;
        Found = found.Value;
        var files = await hub.Send(new ListFiles(Found.Id), ct);
        if (!files.IsOk) return files.Error;
        Files = files.Value;
        Revision = Files.Revision.ToString(CultureInfo.InvariantCulture);
        var open = Files.Files.FirstOrDefault(f => f.Path == file) ?? Files.Files.FirstOrDefault(f => f.Path == "main.py")
            ?? Files.Files.FirstOrDefault(f => f.Path == Project.StartPage) ?? (Files.Files.Count > 0 ? Files.Files[0] : null);
        Open = open?.Path;
        if (open is not null && open.Length <= LongestText && await ReadAsync(open.Path, ct) is { } text)
        {
            HasCrLf = text.Contains("\r\n", StringComparison.Ordinal);
            Text = Normal(text);
        }
        if (Found.DraftUrl is not null && Project.StartPage is not null && Project.Isolation is OnOff.On) HubHeaders.Isolate(HttpContext);
        return null;
    }

    /// <summary>The text of a file, or null where its bytes are none that a text area gives back as they were.</summary>
    private async Task<string?> ReadAsync(string path, CancellationToken ct)
    {
        var read = await hub.Send(new ReadFile(Found.Id, path), ct);
        if (!read.IsOk || !Utf8.IsValid(read.Value.Content)) return null;
        var text = Encoding.UTF8.GetString(read.Value.Content);
        var mixed = text.Contains("\r\n", StringComparison.Ordinal) && text.Replace("\r\n", "", StringComparison.Ordinal).Contains('\n', StringComparison.Ordinal);
        var lone = text.Replace("\r\n", "", StringComparison.Ordinal).Contains('\r', StringComparison.Ordinal);
        return mixed || lone || text.Contains('\0', StringComparison.Ordinal) ? null : text;
    }

    private async Task<IActionResult> ShowAsync(string user, string slug, string? file, string field, Error error, CancellationToken ct)
    {
        if (error is Error.NotFound or Error.Unauthenticated or Error.Forbidden) return Fail(error);
        if (await LoadAsync(user, slug, file, ct) is { } failure) return Fail(failure);
        if (error is Error.Stale) Problem = "Somebody saved while you had this page open. Nothing of yours was changed; look at it and try again.";
        else if (field is "delete" or "publish") Problem = error.Message;
        else ShowBeside(field, error);
        return PageWith(error);
    }

    private RedirectResult Done(string? file, int revision)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"?saved={revision}");
        return Redirect($"{Request.Path}{query}{(file is null ? "" : "&file=" + Uri.EscapeDataString(file))}");
    }

    private static NewFile Written(FilePath path, string text, bool crlf) =>
        NewFile.Of(path, Encoding.UTF8.GetBytes(crlf ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text));

    // Browsers send line ends of a text area as CR LF, whatever they were.
    private static string Normal(string? text) => (text ?? "").Replace("\r\n", "\n", StringComparison.Ordinal);
}
