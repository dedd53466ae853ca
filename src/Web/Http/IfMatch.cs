using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Web.Http;

/// <summary>The condition <c>If-Match</c> of a request (RFC 9110, 13.1.1): the entity tags that the caller knows.</summary>
public sealed class IfMatch
{
    private readonly HashSet<string>? _tags;

    private IfMatch(HashSet<string>? tags) => _tags = tags;

    /// <summary>Whether a condition was sent.</summary>
    public bool IsSent => _tags is not null;

    /// <summary>Whether the tag, without quotes, is among those that the caller knows.</summary>
    public bool Names(string tag) => _tags?.Contains(tag) ?? false;

    /// <summary>Whether the condition holds: none was sent, or it names the tag.</summary>
    public bool Allows(string tag) => !IsSent || Names(tag);

    /// <summary>The condition of a form that carries the version that it was made for.</summary>
    public static IfMatch Of(string tag) => new(new HashSet<string>(StringComparer.Ordinal) { tag });

    /// <summary>
    /// Reads the header. <c>*</c> is refused like anything that is no list of strong tags: a write without a known version is
    /// what the condition is there to prevent.
    /// </summary>
    public static Result<IfMatch> Read(HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0) return new IfMatch(null);
        var tags = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in request.Headers.IfMatch.SelectMany(line => line!.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (part is not ['"', .. var tag, '"'] || tag.Contains('"', StringComparison.Ordinal))
                return Error.Field("If-Match", "Send the entity tag as it was answered, in double quotes, for example \"3\".");
            tags.Add(tag);
        }
        return new IfMatch(tags);
    }
}
