using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

[Authorize(SignedIn.Policy)]
sealed class EraseModel(IMediator hub) : HubPage
{
    public ErasurePlan Plan { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await ReadAsync(ct) is { } error ? Fail(error) : Page();

    public async Task<IActionResult> OnPostAsync(string? userName, string? password, CancellationToken ct)
    {
        var done = await hub.Send(new EraseAccount(userName ?? "", password), ct);
        if (done.IsOk) return LocalRedirect("/");
        if (done.Error is Error.Unauthenticated) return Fail(done.Error);
        ShowBeside("", done.Error);
        return await ReadAsync(ct) is { } error ? Fail(error) : PageWith(done.Error);
    }

    private async Task<Error?> ReadAsync(CancellationToken ct)
    {
        var plan = await hub.Send(new GetErasurePlan(), ct);
        if (plan.IsOk) Plan = plan.Value;
        return plan.Error;
    }
}
