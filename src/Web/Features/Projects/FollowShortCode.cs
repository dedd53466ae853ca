using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Says where a dictated address leads. Misses are counted for each network, so that codes cannot be searched for.</summary>
sealed record FollowShortCode(string Code) : IRequest<Result<ProjectName>>;

sealed class FollowShortCodeHandler(HubDb db, RateLimits rates, CurrentUser user, RequestOrigin from) : IRequestHandler<FollowShortCode, Result<ProjectName>>
{
    // A whole class behind one address mistypes a few; a search of 23^8 codes at this rate never ends.
    private const int MissesPerMinute = 60;

    public async Task<Result<ProjectName>> Handle(FollowShortCode command, CancellationToken ct)
    {
        var (key, window) = ($"short-code:{from.Network}", TimeSpan.FromMinutes(1));
        if (await rates.LookAsync(key, MissesPerMinute, window, ct) is { } blocked) return new Error.TooManyRequests(blocked);
        var code = command.Code.ToLowerInvariant();
        var found = await db.Projects.Where(p => p.ShortCode == code).VisibleTo(user)
            .Select(p => new ProjectName(p.Name, db.Users.Where(u => u.Id == p.OwnerId).Select(u => u.UserName!).First(), p.Slug))
            .SingleOrDefaultAsync(ct);
        if (found is not null) return found;
        return await rates.TakeAsync(key, MissesPerMinute, window, ct) is { } wait
            ? new Error.TooManyRequests(wait)
            : new Error.NotFound("project");
    }
}
