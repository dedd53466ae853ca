namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>A process that takes smoke runs, as it last said of itself.</summary>
public sealed class SmokeWorker
{
    /// <summary>A worker that said nothing for so long is gone.</summary>
    public static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(60);

    public SmokeWorker(Guid id, string machine, DateTimeOffset startedAt) => (Id, Machine, StartedAt, SeenAt) = (id, machine, startedAt, startedAt);

    /// <summary>Made anew by each process.</summary>
    public Guid Id { get; private set; }

    public string Machine { get; private set; }

    public DateTimeOffset StartedAt { get; private set; }

    public DateTimeOffset SeenAt { get; private set; }

    /// <summary>How many runs it takes at once; 0 while it is off.</summary>
    public int Browsers { get; private set; }

    /// <summary>What it runs, for example <c>Chromium 156.0.8078.73</c>.</summary>
    public string? Browser { get; private set; }

    /// <summary>Why it takes none, with what to do; null where it does.</summary>
    public string? OffReason { get; private set; }
}
