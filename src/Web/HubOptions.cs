using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Web;

/// <summary>What an administrator can set under <c>Hub:</c>; docs/configuration.md describes each key.</summary>
public sealed record HubOptions
{
    /// <summary>Where the hub is reached, without a path.</summary>
    public required Uri PublicUrl { get; init; }

    /// <summary>The domain whose sub-domains are the projects' and the runtime's.</summary>
    public required string ContentDomain { get; init; }

    /// <summary>Where database, packed runtime and caches are kept.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Whether this process takes work from the queue.</summary>
    public bool IsWorker { get; init; } = true;

    /// <summary>The first administrator's token, used on an empty database alone.</summary>
    public string? AdminToken { get; init; }

    /// <summary>The PostgreSQL to use; null for the embedded one.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Hosts (<c>name</c> or <c>name:port</c>) that archives may be fetched from although their addresses are private.</summary>
    public IReadOnlyCollection<string> PrivateImportHosts { get; init; } = [];

    public ProjectLimits Limits { get; init; } = new();
}
