using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Packages;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Administration;

/// <summary>The files of the package index.</summary>
[Authorize(Roles = HubRoles.Administrator)]
[UploadLimit(FormBytes = PackageUploads.MostFormBytes, FileBytes = AddPackageFile.MostBytes)]
sealed class PackagesModel(IMediator hub) : HubPage
{
    public HeldPackageFiles Held { get; private set; } = new([], 0, 0, []);

    public string? Words { get; private set; }

    /// <summary>The names of the wheels that were just added.</summary>
    public IReadOnlyList<string> Added { get; private set; } = [];

    public string? Refusal => ErrorOf("");

    public async Task<IActionResult> OnGetAsync(string? q, CancellationToken ct) => await ReadAsync(q, ct) is { } error ? Fail(error) : Page();

    public async Task<IActionResult> OnPostAsync(IReadOnlyList<IFormFile>? files, CancellationToken ct)
    {
        var added = new List<string>();
        Error? refused = files is { Count: > 0 } ? null : Error.Field("", "Choose at least one wheel.");
        foreach (var file in files ?? [])
        {
            await using var content = file.OpenReadStream();
            var result = await hub.Send(new AddPackageFile(Path.GetFileName(file.FileName), content), ct);
            if (result.IsOk) added.Add(result.Value.FileName);
            else ShowBeside("", refused = result.Error);
        }
        Added = added;
        if (refused is Error.Malformed) ShowBeside("", refused);
        if (await ReadAsync(null, ct) is { } error) return Fail(error);
        return refused is null ? Page() : PageWith(refused);
    }

    public async Task<IActionResult> OnPostYankAsync(string? fileName, string? sha256, string? reason, CancellationToken ct) =>
        await AnswerAsync(await hub.Send(new YankPackageFile(fileName ?? "", sha256 ?? "", reason ?? ""), ct), ct);

    public async Task<IActionResult> OnPostRestoreAsync(string? fileName, string? sha256, CancellationToken ct) =>
        await AnswerAsync(await hub.Send(new YankPackageFile(fileName ?? "", sha256 ?? "", null), ct), ct);

    public async Task<IActionResult> OnPostRemoveAsync(string? fileName, string? sha256, CancellationToken ct) =>
        await AnswerAsync(await hub.Send(new RemovePackageFile(fileName ?? "", sha256 ?? ""), ct), ct);

    private async Task<IActionResult> AnswerAsync(Result<Done> done, CancellationToken ct)
    {
        if (done.IsOk) return LocalRedirect("/admin/packages");
        ShowBeside("", done.Error);
        return await ReadAsync(null, ct) is { } error ? Fail(error) : PageWith(done.Error);
    }

    private async Task<Error?> ReadAsync(string? words, CancellationToken ct)
    {
        Words = words;
        var held = await hub.Send(new ListPackageFiles(words), ct);
        if (held.IsOk) Held = held.Value;
        return held.Error;
    }
}
