using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using System.Xml.Linq;
using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>The frame in which projects stand, on the hub's pages and on those of others.</summary>
static class ProjectFrame
{
    /// <summary>What a framed project may do. Camera, microphone and location are not handed over: their prompt would speak for the page around it.</summary>
    public const string Sandbox = "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox allow-pointer-lock allow-downloads";

    /// <summary>The features that it gets.</summary>
    public const string Allow = "cross-origin-isolated; fullscreen; autoplay; clipboard-write";

    /// <summary>Width and height of an embedded project where nobody says otherwise, in CSS pixels.</summary>
    public static readonly (int Width, int Height) Size = (800, 600);

    /// <summary>The code that puts a project into another page.</summary>
    public static string CodeOf(string url, string name, int width, int height) => FormattableString.Invariant(
        $"<iframe src=\"{Text(url)}\" title=\"{Text(name)}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" sandbox=\"{Sandbox}\" allow=\"{Allow}\"></iframe>");

    private static string Text(string value) => HtmlEncoder.Default.Encode(value);
}

/// <summary>What a site needs to embed a project (oEmbed 1.0, type <c>rich</c>).</summary>
sealed record EmbedDescription(
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("author_name")] string AuthorName,
    [property: JsonPropertyName("author_url")] string AuthorUrl,
    [property: JsonPropertyName("provider_url")] string ProviderUrl,
    [property: JsonPropertyName("html")] string Html,
    [property: JsonPropertyName("width")] int Width,
    [property: JsonPropertyName("height")] int Height)
{
    [JsonPropertyName("type")]
    public string Type { get; } = "rich";

    [JsonPropertyName("version")]
    public string Version { get; } = "1.0";

    [JsonPropertyName("provider_name")]
    public string ProviderName { get; } = "PyScript Hub";
}

/// <summary>Describes a project for other sites, if everybody may embed it; any other is not found.</summary>
/// <param name="Url">The address of its page, or its short address.</param>
sealed record DescribeEmbed(string Url, int? MaxWidth, int? MaxHeight) : IRequest<Result<EmbedDescription>>;

sealed class DescribeEmbedHandler(HubDb db, IMediator hub, Origins origins) : IRequestHandler<DescribeEmbed, Result<EmbedDescription>>
{
    private const int SmallestSide = 100;

    public async Task<Result<EmbedDescription>> Handle(DescribeEmbed command, CancellationToken ct)
    {
        if (!Uri.TryCreate(command.Url, UriKind.Absolute, out var url) || !origins.IsHub(url.GetLeftPart(UriPartial.Authority))) return new Error.NotFound("project");
        var words = url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["s", var code])
        {
            // An unlisted project is found by whoever has its code, and by nobody who tries them all.
            var led = await hub.Send(new FollowShortCode(code), ct);
            if (!led.IsOk) return led.Error;
            words = [$"@{led.Value.Owner}", led.Value.Slug];
        }
        var shared = db.Projects.Where(p => p.DeletedAt == null && p.TakenDownAt == null && p.PublicationId != null
            && p.Visibility != Visibility.Private && p.Embedding == Embedding.Anyone);
        var named = words switch
        {
            [['@', .. var owner], var slug] => shared.Where(p => p.Slug == slug && db.Users.Any(u => u.Id == p.OwnerId && u.UserName == owner)),
            _ => null,
        };
        if (named is null) return new Error.NotFound("project");
        var found = await named.Select(p => new { p.Name, p.Label, Owner = db.Users.Where(u => u.Id == p.OwnerId).Select(u => u.UserName!).First() }).SingleOrDefaultAsync(ct);
        if (found is null) return new Error.NotFound("project");
        var width = Math.Max(SmallestSide, Math.Min(command.MaxWidth ?? int.MaxValue, ProjectFrame.Size.Width));
        var height = Math.Max(SmallestSide, Math.Min(command.MaxHeight ?? int.MaxValue, ProjectFrame.Size.Height));
        return new EmbedDescription(
            found.Name, found.Owner, $"{origins.Hub}/@{found.Owner}", origins.Hub,
            ProjectFrame.CodeOf(origins.Content(found.Label).Of(""), found.Name, width, height), width, height);
    }
}

/// <summary>The address that other sites ask how to embed a project.</summary>
static class EmbedDescriptions
{
    public static void MapEmbedDescriptions(this IEndpointRouteBuilder app) =>
        app.MapGet("/oembed", async (string? url, string? format, int? maxwidth, int? maxheight, HttpContext context, IMediator hub, CancellationToken ct) =>
        {
            if (format is not (null or "json" or "xml")) return Results.StatusCode(StatusCodes.Status501NotImplemented);
            context.Response.Headers.AccessControlAllowOrigin = "*";
            var described = await hub.Send(new DescribeEmbed(url ?? "", maxwidth, maxheight), ct);
            return described.ToHttp(embed => format == "xml" ? Results.Text(XmlOf(embed), "text/xml; charset=utf-8") : Results.Json(embed));
        }).ExcludeFromDescription();

    private static string XmlOf(EmbedDescription embed) => "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n" + new XElement(
        "oembed",
        new XElement("type", embed.Type), new XElement("version", embed.Version), new XElement("title", embed.Title),
        new XElement("author_name", embed.AuthorName), new XElement("author_url", embed.AuthorUrl),
        new XElement("provider_name", embed.ProviderName), new XElement("provider_url", embed.ProviderUrl),
        new XElement("html", embed.Html), new XElement("width", embed.Width), new XElement("height", embed.Height));
}
