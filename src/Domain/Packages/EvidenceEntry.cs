using System.Security.Cryptography;
using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Packages;

/// <summary>Whether a fact counts: what people say is looked at by an administrator first.</summary>
public enum EvidenceReview
{
    /// <summary>It counts.</summary>
    Accepted,

    /// <summary>A report that no administrator has looked at; it is shown to those and to its author alone.</summary>
    Pending,

    /// <summary>A report that an administrator did not take.</summary>
    Refused,
}

/// <summary>A <see cref="PackageEvidence"/> as it is kept. Rows are added and never changed, but for the review of a report.</summary>
public sealed class EvidenceEntry
{
    public const int SourceLength = 300;
    public const int VersionLength = 250;
    public const int DetailLength = 4_000;

    private EvidenceEntry(
        Guid id, string package, EvidenceKind kind, string source, Interpreter interpreter, string? release, string? version, PackageStatus outcome, DateTimeOffset at, string? detail,
        string fingerprint)
    {
        (Id, Package, Kind, Source, Interpreter, Release) = (id, package, kind, source, interpreter, release);
        (Version, Outcome, At, Detail, Fingerprint) = (version, outcome, at, detail, fingerprint);
    }

    public Guid Id { get; private set; }

    /// <summary>The package's <see cref="Packages.Package.Name"/>.</summary>
    public string Package { get; private set; }

    public EvidenceKind Kind { get; private set; }

    /// <inheritdoc cref="PackageEvidence" path="/param[@name='Source']"/>
    public string Source { get; private set; }

    public Interpreter Interpreter { get; private set; }

    /// <inheritdoc cref="PackageEvidence" path="/param[@name='Release']"/>
    public string? Release { get; private set; }

    /// <inheritdoc cref="PackageEvidence" path="/param[@name='Version']"/>
    public string? Version { get; private set; }

    public PackageStatus Outcome { get; private set; }

    public DateTimeOffset At { get; private set; }

    /// <inheritdoc cref="PackageEvidence" path="/param[@name='Detail']"/>
    public string? Detail { get; private set; }

    /// <summary>SHA-256 over what the row says, in hexadecimal digits: the same fact from the same source is kept once.</summary>
    public string Fingerprint { get; private set; }

    /// <summary>What else its source said, as JSON: a lock's entry, a record of the community whole. Null where it said no more.</summary>
    public string? Payload { get; private set; }

    /// <summary>Whose report it is, or whose project it was seen in; null once the account is gone, and for facts of the hub itself.</summary>
    public Guid? PersonId { get; private set; }

    public EvidenceReview Review { get; private set; }

    /// <summary>The fact as the rule for statuses takes it.</summary>
    public PackageEvidence Fact => new(Kind, Source, Interpreter, Release, Version, Outcome, At, Detail);

    /// <summary>
    /// A fact that is to be kept. <paramref name="once"/> tells facts apart that are to be kept once: rows with the same one, of the same package,
    /// kind and source, interpreter, release, version and outcome are one; a fact that may come again with another date says the date there.
    /// </summary>
    public static EvidenceEntry Of(string package, PackageEvidence fact, string once = "", string? payload = null, Guid? person = null, EvidenceReview review = EvidenceReview.Accepted)
    {
        ArgumentNullException.ThrowIfNull(fact);
        if (fact.Outcome is PackageStatus.Unknown) throw new ArgumentException("What is not known is no evidence.", nameof(fact));
        var (source, version, detail) = (Excerpt.Of(fact.Source, SourceLength), Excerpt.Of(fact.Version, VersionLength), Excerpt.Of(fact.Detail, DetailLength));
        var words = string.Join('\n', package, fact.Kind, source, fact.Interpreter, fact.Release, version, fact.Outcome, detail, once);
        return new EvidenceEntry(
            Guid.CreateVersion7(fact.At), package, fact.Kind, source, fact.Interpreter, fact.Release, version, fact.Outcome, fact.At, detail,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(words))))
        {
            Payload = payload,
            PersonId = person,
            Review = review,
        };
    }

    /// <summary>An administrator's word on a report.</summary>
    public void Judge(bool isTaken) => Review = isTaken ? EvidenceReview.Accepted : EvidenceReview.Refused;
}
