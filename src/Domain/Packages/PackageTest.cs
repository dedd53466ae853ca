using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Packages;

/// <summary>
/// A package that is to be installed and imported in a browser in one release. The rows are a queue like that of smoke runs; what comes of
/// one is a row of evidence.
/// </summary>
public sealed class PackageTest
{
    /// <summary>How often one is begun before the hub's own faults end it without evidence.</summary>
    public const int MaximumAttempts = 3;

    public PackageTest(Guid id, string package, Interpreter interpreter, string release, Guid? requestedById, DateTimeOffset createdAt)
    {
        (Id, Package, Interpreter, Release) = (id, package, interpreter, release);
        (RequestedById, CreatedAt) = (requestedById, createdAt);
    }

    public Guid Id { get; private set; }

    /// <summary>The package's <see cref="Packages.Package.Name"/>.</summary>
    public string Package { get; private set; }

    public Interpreter Interpreter { get; private set; }

    public string Release { get; private set; }

    public SmokeRunState State { get; private set; }

    public int Attempts { get; private set; }

    public Guid? RequestedById { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Who has it; null where nobody has. A worker makes a new one for each attempt.</summary>
    public Guid? LeaseId { get; private set; }

    /// <summary>Until when it is theirs unless they renew.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>The host label under which its page is served while it runs; null otherwise.</summary>
    public string? Label { get; private set; }

    /// <summary>Why it ended without evidence; null where it ended with some.</summary>
    public string? Problem { get; private set; }
}
