using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>
/// One opening of one page of one revision in one interpreter of one runtime release. The rows are the queue: a worker takes one
/// under a lease that it renews; a run whose lease ran out is taken anew.
/// </summary>
public sealed class SmokeRun
{
    /// <summary>How often a run is begun before the hub's own faults end it as <see cref="SmokeOutcome.Crashed"/>.</summary>
    public const int MaximumAttempts = 3;

    /// <summary>The start page and so many others are run.</summary>
    public const int OtherPages = 20;

    private SmokeRun(
        Guid id, ProjectId projectId, int revisionNumber, string page, Interpreter interpreter, string release, SmokePriority priority, DateTimeOffset createdAt)
    {
        (Id, ProjectId, RevisionNumber, Page, Interpreter, Release) = (id, projectId, revisionNumber, page, interpreter, release);
        (Priority, CreatedAt, DueAt) = (priority, createdAt, createdAt);
    }

    public Guid Id { get; private set; }

    public ProjectId ProjectId { get; private set; }

    public int RevisionNumber { get; private set; }

    /// <summary>The page's path within the project.</summary>
    public string Page { get; private set; }

    public Interpreter Interpreter { get; private set; }

    /// <summary>The calendar tag of the runtime release.</summary>
    public string Release { get; private set; }

    public SmokePriority Priority { get; private set; }

    public SmokeRunState State { get; private set; }

    /// <summary>How often it was begun.</summary>
    public int Attempts { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Not taken before: a nightly run's turn, or a pause after a fault of the hub.</summary>
    public DateTimeOffset DueAt { get; private set; }

    /// <summary>Who has it; null where nobody has. A worker makes a new one for each attempt.</summary>
    public Guid? LeaseId { get; private set; }

    /// <summary>Until when it is theirs unless they renew.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? FinishedAt { get; private set; }

    public SmokeOutcome? Outcome { get; private set; }

    /// <inheritdoc cref="SmokeResult" path="/param[@name='StillRunning']"/>
    public bool StillRunning { get; private set; }

    /// <inheritdoc cref="SmokeResult" path="/param[@name='Awaited']"/>
    public string? Awaited { get; private set; }

    /// <inheritdoc cref="SmokeResult" path="/param[@name='ReadyMs']"/>
    public int? ReadyMs { get; private set; }

    /// <inheritdoc cref="SmokeResult" path="/param[@name='DoneMs']"/>
    public int? DoneMs { get; private set; }

    /// <inheritdoc cref="SmokeResult" path="/param[@name='PeakMemory']"/>
    public long? PeakMemory { get; private set; }

    public SmokeError? Error { get; private set; }

    public SmokeEvidence Evidence { get; private set; } = SmokeEvidence.None;

    /// <summary>Whether a screenshot was kept.</summary>
    public bool HasScreenshot { get; private set; }
}

/// <summary>What a page looked like when its run ended: a PNG of at most 2 MB, in a row of its own so that lists do not read it.</summary>
public sealed class SmokeScreenshot
{
    public SmokeScreenshot(Guid runId, byte[] content) => (RunId, Content) = (runId, content);

    public Guid RunId { get; private set; }

    public byte[] Content { get; private set; }
}
