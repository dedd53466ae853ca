using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Packages;
using PyScriptHub.Web.Features.SmokeRuns;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Administration;

/// <summary>What users say of packages, to be taken or refused.</summary>
[Authorize(Roles = HubRoles.Administrator)]
sealed class ReportsModel(IMediator hub) : HubPage
{
    public Page<PackageReport> Reports { get; private set; } = new([], null);

    public async Task<IActionResult> OnGetAsync(string? cursor, CancellationToken ct)
    {
        var place = PageRequest.Read("50", cursor);
        if (!place.IsOk) return Fail(place.Error);
        var reports = await hub.Send(new ListReports(place.Value), ct);
        if (!reports.IsOk) return Fail(reports.Error);
        Reports = reports.Value;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? id, bool take, CancellationToken ct)
    {
        var judged = await hub.Send(new JudgeReport(SmokeRunEndpoints.IdOf(id ?? ""), take), ct);
        return judged.IsOk ? LocalRedirect("/admin/reports") : Fail(judged.Error);
    }
}
