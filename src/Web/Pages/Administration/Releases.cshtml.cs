using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Runtime;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Administration;

/// <summary>The runtime releases, and what the candidate among them would change.</summary>
[Authorize(Roles = HubRoles.Administrator)]
[RequestFormLimits(ValueCountLimit = MostShown + 32)]
sealed class ReleasesModel(IMediator hub) : HubPage
{
    /// <summary>So many projects of a kind stand on the page; the API lists all.</summary>
    public const int MostShown = 200;

    public IReadOnlyList<HeldRelease> Releases { get; private set; } = [];

    public CanaryReport? Report { get; private set; }

    public string? Refusal => ErrorOf("");

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await ReadAsync(ct) is { } error ? Fail(error) : Page();

    public async Task<IActionResult> OnPostCandidateAsync(string release, CancellationToken ct) => await AnswerAsync(await hub.Send(new MarkCandidate(release ?? ""), ct), ct);

    public async Task<IActionResult> OnPostWithdrawAsync(string release, CancellationToken ct) => await AnswerAsync(await hub.Send(new WithdrawCandidate(release ?? ""), ct), ct);

    /// <param name="keep">The projects that stay on what they have.</param>
    public async Task<IActionResult> OnPostDefaultAsync(string release, string[] keep, CancellationToken ct) =>
        await AnswerAsync(await hub.Send(new MakeDefault(release ?? "", new MakeDefaultRequest(keep)), ct), ct);

    /// <summary>The projects of one kind that the page shows.</summary>
    public IReadOnlyList<CanaryProject> Of(CanaryChange change) => [.. Report!.Of(change).Take(MostShown)];

    private async Task<IActionResult> AnswerAsync(Result<Done> done, CancellationToken ct)
    {
        if (done.IsOk) return LocalRedirect("/admin/releases");
        if (done.Error is not (Error.Conflict or Error.Malformed)) return Fail(done.Error);
        // Somebody else was faster, or a project went: the page as it is now says what there is to do.
        ModelState.AddModelError("", done.Error is Error.Malformed malformed ? HttpContext.Say(malformed.Errors.First().Value[0]) : HttpContext.Say(done.Error.Sentence));
        return await ReadAsync(ct) is { } error ? Fail(error) : PageWith(done.Error);
    }

    private async Task<Error?> ReadAsync(CancellationToken ct)
    {
        var releases = await hub.Send(new ListReleases(), ct);
        if (!releases.IsOk) return releases.Error;
        var canary = await hub.Send(new ReadCanary(), ct);
        if (!canary.IsOk) return canary.Error;
        (Releases, Report) = (releases.Value, canary.Value.Report);
        return null;
    }
}
