namespace PyScriptHub.Domain.Projects;

/// <summary>How large things may be. Defaults are those of the security notes; lengths in bytes.</summary>
public sealed record ProjectLimits
{
    /// <summary>The longest path, in UTF-8 bytes.</summary>
    public const int PathBytes = 240;

    /// <summary>The most segments that a path may have.</summary>
    public const int PathDepth = 10;

    /// <summary>The largest archive.</summary>
    public long ZipBytes { get; init; } = 50_000_000;

    /// <summary>The most that a project's files may have together.</summary>
    public long ProjectBytes { get; init; } = 200_000_000;

    /// <summary>The most entries of an archive and files of a project.</summary>
    public int Files { get; init; } = 2_000;

    /// <summary>The largest file.</summary>
    public long FileBytes { get; init; } = 25_000_000;

    /// <summary>The largest ratio of unpacked to packed length of an archive beyond <see cref="RatioFreeBytes"/>.</summary>
    public int Ratio { get; init; } = 100;

    /// <summary>What an archive may unpack to before its ratio is looked at.</summary>
    public long RatioFreeBytes { get; init; } = 1_000_000;

    /// <summary>What all distinct files of an account's projects may have together.</summary>
    public long AccountBytes { get; init; } = 1_000_000_000;

    /// <summary>Archives that an account may import in an hour.</summary>
    public int ImportsPerHour { get; init; } = 120;

    /// <summary>Archives of projects that are made for one address in a minute; what was made before is not counted.</summary>
    public int ArchivesPerMinute { get; init; } = 60;

    /// <summary>What the changed files of a trial may have together.</summary>
    public long TrialBytes { get; init; } = 10_000_000;

    /// <summary>Trials that may come from one address in a minute: a class sits behind one.</summary>
    public int TrialsPerMinute { get; init; } = 1_200;

    /// <summary>Trials that live at once; beyond, those that were used least recently end.</summary>
    public int TrialsAtOnce { get; init; } = 20_000;

    /// <summary>Trials of one address that live at once; beyond, those of it that were used least recently end.</summary>
    public int TrialsAtOncePerAddress { get; init; } = 2_000;

    /// <summary>What the trials of one address may bring in an hour; each costs some bytes for itself and for each path that it names.</summary>
    public long TrialBytesPerHour { get; init; } = 1_000_000_000;

    /// <summary>Projects that an account may make in an hour, remixes included and imports not.</summary>
    public int ProjectsPerHour { get; init; } = 200;

    /// <summary>Saves of an account in a minute; an editor saves every two seconds while somebody types.</summary>
    public int SavesPerMinute { get; init; } = 600;

    /// <summary>Smoke runs that an account may ask for in an hour; those that come with publishing are not counted.</summary>
    public int SmokeRunsPerHour { get; init; } = 600;
}
