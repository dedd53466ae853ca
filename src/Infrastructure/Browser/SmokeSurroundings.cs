namespace PyScriptHub.Infrastructure.Browser;

/// <summary>The hub around the browsers: what they may reach of it, and what they may not see.</summary>
public sealed record SmokeSurroundings
{
    /// <summary>Where the hub is reached; content and runtime hosts have its scheme and port.</summary>
    public required Uri PublicUrl { get; init; }

    /// <summary>The domain whose sub-domains are the content and runtime hosts.</summary>
    public required string ContentDomain { get; init; }

    /// <summary>The runtime's label under the content domain.</summary>
    public string RuntimeLabel { get; init; } = "runtime";

    /// <summary>Folders that are covered in the jail even where a place that browsers need holds them.</summary>
    public IReadOnlyCollection<string> Hidden { get; init; } = [];
}
