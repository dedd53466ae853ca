namespace PyScriptHub.Infrastructure.Browser;

/// <summary>What keeps a page that is run on the server from everything else.</summary>
public enum SmokeSandbox
{
    /// <summary>The jail of security.md; where it cannot be had, smoke tests are off.</summary>
    Jail,

    /// <summary>The allow-list and, where the hub is not root, Chromium's own sandbox: for a test machine that runs no stranger's code.</summary>
    None,
}

/// <summary>What an administrator can set under <c>Smoke:</c>; docs/configuration.md describes each key.</summary>
public sealed record SmokeOptions
{
    /// <summary>The browser's program; null to look for one.</summary>
    public string? Browser { get; init; }

    public SmokeSandbox Sandbox { get; init; }

    /// <summary>How many pages are open at once.</summary>
    public int Parallel { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 8);

    /// <summary>How long a run may take, from the navigation.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary><c>host:port</c> at which content and runtime hosts are reached from here; null to ask the name.</summary>
    public string? Upstream { get; init; }

    /// <summary>
    /// Whom browsers run as where the hub is root. It needs no entry in passwd, and must be nobody else's: 60578 to 60705 are left unused by
    /// Debian and systemd (https://systemd.io/UIDS-GIDS).
    /// </summary>
    public uint Uid { get; init; } = 60_600;

    /// <summary>What one browser may use.</summary>
    public JailBounds Bounds { get; init; } = new();
}
