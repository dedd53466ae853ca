namespace PyScriptHub.Infrastructure.Browser;

/// <summary>What one browser may use at most. A small Pyodide page needs up to 492 MiB and 125 tasks together with its browser.</summary>
public sealed record JailBounds
{
    /// <summary>What its processes may have together, in bytes, and each of them by itself.</summary>
    public long Memory { get; init; } = 1_536L << 20;

    /// <summary>Its processes and threads together.</summary>
    public int Tasks { get; init; } = 256;

    /// <summary>What all its files may take together, in bytes; they lie in memory, the profile, downloads and shared memory among them.</summary>
    public long Files { get; init; } = 512L << 20;

    /// <summary>Whether control groups are used where there are any; without them the hub watches.</summary>
    public bool UsesControlGroups { get; init; } = true;
}
