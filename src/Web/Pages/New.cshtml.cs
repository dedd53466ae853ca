using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages;

[Authorize]
[UploadLimit]
sealed class NewModel(IMediator hub) : HubPage
{
    public string Name { get; private set; } = "";

    public string Template { get; private set; } = ProjectTemplates.All[0].Id;

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

    public async Task<IActionResult> OnPostImportAsync(IFormFile? file, CancellationToken ct)
    {
        if (file is null) return Refuse(Error.Field("file", "Choose a zip archive."));
        await using var archive = file.OpenReadStream();
        var name = Path.GetFileNameWithoutExtension(file.FileName);
        var made = await hub.Send(new ImportProject(archive, Project.RefuseName(name) is null ? name : "Imported project", null), ct);
        return made.IsOk ? Redirect(PathOf(made.Value)) : Refuse(made.Error);
    }

    private IActionResult Refuse(Error error)
    {
        if (error is Error.Unauthenticated) return Fail(error);
        ShowBeside("file", error);
        return PageWith(error);
    }

    private static string PathOf(TaggedProject made) => $"/@{made.Project.Owner}/{made.Project.Slug}";
}
