using System.Net;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Browser;

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

    /// <summary>Whether this process answers requests.</summary>
    public bool IsWeb { get; init; } = true;

    /// <summary>Whether this process takes work from the queue.</summary>
    public bool IsWorker { get; init; } = true;

    /// <summary>The first administrator's token, used on an empty database alone.</summary>
    public string? AdminToken { get; init; }

    /// <summary>The PostgreSQL to use; null for the embedded one.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Hosts (<c>name</c> or <c>name:port</c>) that archives may be fetched from although their addresses are private.</summary>
    public IReadOnlyCollection<string> PrivateImportHosts { get; init; } = [];

    /// <summary>Who may make an account, until an administrator says otherwise on the hub's pages.</summary>
    public Registration Registration { get; init; }

    /// <summary>The proxies whose word on address, scheme and host of a request is taken; none where there is none.</summary>
    public IReadOnlyCollection<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>How letters are sent; null where none are.</summary>
    public SmtpOptions? Smtp { get; init; }

    public ProjectLimits Limits { get; init; } = new();

    public SmokeOptions Smoke { get; init; } = new();

    public PackageOptions Packages { get; init; } = new();
}

/// <summary>Where packages come from that the hub does not hold; nowhere unless an administrator names a place.</summary>
public sealed record PackageOptions
{
    /// <summary>Indexes in the form of PEP 503 or PEP 691, asked in this order: <c>https://pypi.org/simple</c>.</summary>
    public IReadOnlyList<Uri> Upstreams { get; init; } = [];

    /// <summary>Hosts that the files of an upstream may lie on, beside its own.</summary>
    public IReadOnlyCollection<string> FileHosts { get; init; } = ["files.pythonhosted.org"];

    /// <summary>The registry that JavaScript libraries are fetched from at publish time; null for none.</summary>
    public Uri? NpmRegistry { get; init; }

    /// <summary>The index that packages for MicroPython are fetched from; null for none.</summary>
    public Uri? MipIndex { get; init; }
}

/// <summary>A server that takes letters.</summary>
/// <param name="UserName">Null for a server that asks for none.</param>
/// <param name="From">The sender's address.</param>
/// <param name="UsesTls">Whether the connection is encrypted (STARTTLS) before anything is said.</param>
public sealed record SmtpOptions(string Host, int Port, string? UserName, string? Password, string From, bool UsesTls);
