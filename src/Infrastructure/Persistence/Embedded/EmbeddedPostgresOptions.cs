namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>How the hub runs its own PostgreSQL.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The hub's data folder; a relative path is taken from the working directory.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The user that the server runs as where the hub is root, since PostgreSQL refuses root. It needs an entry in passwd.
    /// </summary>
    public string User { get; init; } = "nobody";

    /// <summary>
    /// The folder that holds PostgreSQL's <c>bin</c>, <c>lib</c> and <c>share</c>; null for what the hub came with.
    /// </summary>
    public string? Programs { get; init; }

    /// <summary>How long a server that lives may take until it answers; a recovery after a crash of a large database takes a while.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After how long a server that was found and says nothing at all is taken for hung, and stopped.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a server may take to stop before it is ended the hard way.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for a short-lived holder of the data folder, such as a verb.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>False gives up safety against a crash of the machine, not of the server, for speed: for tests alone.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>
    /// Whether the server ends with this process, even one that is killed (Linux). The hub's own database outlives it and is adopted.
    /// </summary>
    public bool EndsWithProcess { get; init; }
}
