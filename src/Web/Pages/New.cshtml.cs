using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Pages;

[Authorize]
[UploadLimit]
sealed class NewModel(IMediator hub, Origins origins) : HubPage
{
    public string Name { get; private set; } = "";

    public string Template { get; private set; } = ProjectTemplates.All[0].Id;

    /// <summary>The web address that an archive was to be fetched from.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Where a template runs.</summary>
    public string LookUrl(ProjectTemplate template) => origins.Content(TemplateSites.LabelOf(template.Id)).Of("");

    public override void OnPageHandlerExecuting(Microsoft.AspNetCore.Mvc.Filters.PageHandlerExecutingContext context) =>
        // The templates' frames are isolated.
        HubHeaders.Isolate(HttpContext);

    public void OnGet(string? template)
    {
        if (template is not null && ProjectTemplates.Find(template) is { } found) (Template, Name) = (found.Id, found.Title);
    }

    public async Task<IActionResult> OnPostAsync(string? name, string? template, CancellationToken ct)
    {
        (Name, Template) = (name ?? "", template ?? Template);
        var made = await hub.Send(new CreateProject(new CreateProjectRequest(Name, Template: Template)), ct);
        if (made.IsOk) return Redirect($"{PathOf(made.Value)}/edit");
        if (made.Error is Error.Unauthenticated) return Fail(made.Error);
        ShowBeside("name", made.Error);
        return PageWith(made.Error);
    }

    public async Task<IActionResult> OnPostImportAsync(List<IFormFile> file, CancellationToken ct)
    {
        var made = file switch
        {
            [] => Error.Field("file", "Choose a zip archive or files."),
            [var one] when one.FileName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) => await ImportArchiveAsync(one, ct),
            _ => await hub.Send(new ImportFiles(file.ConvertAll(one => new BroughtFile(one.FileName, one.Length, one.OpenReadStream)), NameOf(file)), ct),
        };
        // A script that sends what was dropped reads the answer; a form's answer is a page.
        var isScript = Request.Headers.Accept == "application/json";
        if (made.IsOk) return isScript ? new JsonResult(new { url = PathOf(made.Value) }) : Redirect(PathOf(made.Value));
        if (!isScript) return Refuse("file", made.Error);
        ShowBeside("file", made.Error);
        return new JsonResult(new { error = ErrorOf("file") ?? HttpContext.Say(made.Error.Sentence) }) { StatusCode = Problems.StatusOf(made.Error) };
    }

    public async Task<IActionResult> OnPostFetchAsync(string? address, CancellationToken ct)
    {
        Address = address ?? "";
        var made = await hub.Send(new ImportFromAddress(Address, null), ct);
        return made.IsOk ? Redirect(PathOf(made.Value)) : Refuse("address", made.Error);
    }

    private async Task<Result<TaggedProject>> ImportArchiveAsync(IFormFile file, CancellationToken ct)
    {
        // A form's own stream refuses to go before its start, where the reader of archives looks for their end.
        await using var archive = BodyLimits.TemporaryFile();
        await file.CopyToAsync(archive, ct);
        archive.Position = 0;
        return await hub.Send(new ImportProject(archive, NameOf([file]), null), ct);
    }

    // The folder's name where a folder was brought, else the first file's.
    private static string NameOf(List<IFormFile> files)
    {
        var first = files[0].FileName;
        var slash = first.IndexOf('/', StringComparison.Ordinal);
        return ImportedNames.Of(slash > 0 ? first[..slash] : Path.GetFileNameWithoutExtension(first));
    }

    private IActionResult Refuse(string field, Error error)
    {
        if (error is Error.Unauthenticated or Error.TooManyRequests) return Fail(error);
        ShowBeside(field, error);
        return PageWith(error);
    }

    private static string PathOf(TaggedProject made) => $"/@{made.Project.Owner}/{made.Project.Slug}";
}
