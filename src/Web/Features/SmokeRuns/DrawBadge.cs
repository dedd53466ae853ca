using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MediatR;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>Draws what the caller may know of a project's verdict.</summary>
/// <param name="Interpreter"><c>pyodide</c>, <c>micropython</c>, or null for both.</param>
sealed record DrawBadge(ProjectId Id, string? Interpreter) : IRequest<Result<SmokeBadge>>;

sealed class DrawBadgeHandler(HubDb db, CurrentUser user) : IRequestHandler<DrawBadge, Result<SmokeBadge>>
{
    public async Task<Result<SmokeBadge>> Handle(DrawBadge command, CancellationToken ct)
    {
        if (await db.SeenAsync(command.Id, user, ct) is not { } seen) return new Error.NotFound("project");
        var (pyodide, micropython) = ((Interpreter.Pyodide, seen.Smoke.Pyodide), (Interpreter.Micropython, seen.Smoke.Micropython));
        var isShared = seen.Project is { Publication: not null, TakenDownAt: null, Visibility: not Visibility.Private };
        return command.Interpreter switch
        {
            null or "" => new SmokeBadge([pyodide, micropython], isShared),
            "pyodide" => new SmokeBadge([pyodide], isShared),
            "micropython" => new SmokeBadge([micropython], isShared),
            _ => Error.Field("interpreter", "Send pyodide or micropython, or nothing for both."),
        };
    }
}

/// <summary>
/// Verdicts as a small picture for other sites: the interpreter's name on dark, the verdict beside it on a colour. It is in English
/// whoever looks at it, since it is kept by those sites.
/// </summary>
/// <param name="IsShared">Whether people without an account may see it.</param>
sealed record SmokeBadge(IReadOnlyList<(Interpreter Interpreter, SmokeOutcome? Outcome)> Verdicts, bool IsShared)
{
    public const string ContentType = "image/svg+xml";

    private const int Height = 20;
    private const int Padding = 7;

    /// <summary>The answer; asked about again each time, since a verdict changes.</summary>
    public IResult Answer(HttpResponse response)
    {
        var bytes = Encoding.UTF8.GetBytes(Draw());
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers.CacheControl = IsShared ? "public, no-cache" : "private, no-cache";
        if (IsShared) response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return Results.Bytes(bytes, ContentType, entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\""));
    }

    /// <summary>The picture as SVG.</summary>
    public string Draw()
    {
        var parts = Verdicts.SelectMany(verdict => new[]
        {
            (Text: Interpreters.NameOf(verdict.Interpreter), Colour: "#3d4251"),
            (Text: WordOf(verdict.Outcome), Colour: ColourOf(verdict.Outcome)),
        }).ToList();
        var title = WebUtility.HtmlEncode(string.Join(", ", Verdicts.Select(verdict => $"{Interpreters.NameOf(verdict.Interpreter)}: {WordOf(verdict.Outcome)}")));
        var (grounds, words, x) = (new StringBuilder(), new StringBuilder(), 0);
        foreach (var (text, colour) in parts)
        {
            var width = WidthOf(text);
            grounds.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" width=\"{width + (2 * Padding)}\" height=\"{Height}\" fill=\"{colour}\"/>");
            // Whatever font the reader has, the words fill the place that was measured for them.
            words.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + Padding}\" y=\"14\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\">{WebUtility.HtmlEncode(text)}</text>");
            x += width + (2 * Padding);
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{x}" height="{Height}" viewBox="0 0 {x} {Height}" role="img" aria-label="{title}"><title>{title}</title><clipPath id="r"><rect width="{x}" height="{Height}" rx="4"/></clipPath><g clip-path="url(#r)">{grounds}</g><g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">{words}</g></svg>
            """);
    }

    // Verdana at 11 units: what is narrow, what is wide, and the rest.
    private static int WidthOf(string text) => (int)Math.Ceiling(text.Sum(letter => letter switch
    {
        'i' or 'l' or 'j' or '.' or ' ' => 3.6,
        'f' or 't' or 'r' => 4.6,
        'm' or 'w' or 'M' or 'W' => 10.2,
        'P' => 6.7,
        _ => 6.8,
    }));

    private static string WordOf(SmokeOutcome? outcome) => outcome switch
    {
        SmokeOutcome.Passed => "passed",
        SmokeOutcome.Failed => "failed",
        SmokeOutcome.TimedOut => "timed out",
        SmokeOutcome.Refused => "needs another site",
        SmokeOutcome.Crashed => "could not be tested",
        SmokeOutcome.NotApplicable => "nothing to run",
        _ => "not run yet",
    };

    // White on each of them has a contrast of 4.5:1 or more.
    private static string ColourOf(SmokeOutcome? outcome) => outcome switch
    {
        SmokeOutcome.Passed => "#17693a",
        SmokeOutcome.Failed or SmokeOutcome.TimedOut => "#a8231c",
        SmokeOutcome.Refused => "#7a4d00",
        _ => "#565b6b",
    };
}
