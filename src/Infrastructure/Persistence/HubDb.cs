using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence.Configurations;

namespace PyScriptHub.Infrastructure.Persistence;

/// <summary>The hub's database.</summary>
public sealed class HubDb(DbContextOptions<HubDb> options) : IdentityDbContext<HubUser, IdentityRole<Guid>, Guid>(options)
{
    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<SetupLink> SetupLinks => Set<SetupLink>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<ResetLink> ResetLinks => Set<ResetLink>();

    public DbSet<ResetMail> ResetMails => Set<ResetMail>();

    public DbSet<RetiredName> RetiredNames => Set<RetiredName>();

    public DbSet<HubSetting> Settings => Set<HubSetting>();

    public DbSet<TransferOffer> TransferOffers => Set<TransferOffer>();

    public DbSet<Project> Projects => Set<Project>();

    public DbSet<Revision> Revisions => Set<Revision>();

    public DbSet<RevisionBlob> RevisionBlobs => Set<RevisionBlob>();

    public DbSet<Blob> Blobs => Set<Blob>();

    public DbSet<Publication> Publications => Set<Publication>();

    public DbSet<ContentGrant> ContentGrants => Set<ContentGrant>();

    public DbSet<Trial> Trials => Set<Trial>();

    public DbSet<TrialBlob> TrialBlobs => Set<TrialBlob>();

    public DbSet<SmokeRun> SmokeRuns => Set<SmokeRun>();

    public DbSet<SmokeScreenshot> SmokeScreenshots => Set<SmokeScreenshot>();

    public DbSet<SmokeWorker> SmokeWorkers => Set<SmokeWorker>();

    public DbSet<Canary> Canaries => Set<Canary>();

    public DbSet<CanaryPublication> CanaryPublications => Set<CanaryPublication>();

    public DbSet<ProjectOpening> ProjectOpenings => Set<ProjectOpening>();

    public DbSet<ProjectMember> ProjectMembers => Set<ProjectMember>();

    public DbSet<SlugRedirect> SlugRedirects => Set<SlugRedirect>();

    public DbSet<Package> Packages => Set<Package>();

    public DbSet<PackageModule> PackageModules => Set<PackageModule>();

    public DbSet<PackageStatusRow> PackageStatuses => Set<PackageStatusRow>();

    public DbSet<EvidenceEntry> PackageEvidence => Set<EvidenceEntry>();

    public DbSet<PackageFile> PackageFiles => Set<PackageFile>();

    public DbSet<QuarantinedFile> QuarantinedFiles => Set<QuarantinedFile>();

    public DbSet<UpstreamPage> UpstreamPages => Set<UpstreamPage>();

    public DbSet<UpstreamMetadata> UpstreamMetadata => Set<UpstreamMetadata>();

    public DbSet<MipFile> MipFiles => Set<MipFile>();

    public DbSet<PackageTest> PackageTests => Set<PackageTest>();

    public DbSet<PackageLock> PackageLocks => Set<PackageLock>();

    public DbSet<PackageLockBlob> PackageLockBlobs => Set<PackageLockBlob>();

    public DbSet<PublicationLock> PublicationLocks => Set<PublicationLock>();

    public DbSet<DraftLock> DraftLocks => Set<DraftLock>();

    public DbSet<NpmRelease> NpmReleases => Set<NpmRelease>();

    public DbSet<NpmFile> NpmFiles => Set<NpmFile>();

    public DbSet<PublicationLibrary> PublicationLibraries => Set<PublicationLibrary>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<RateWindow> RateWindows => Set<RateWindow>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<ProjectId>().HaveConversion<ProjectIdConverter>();
        configurationBuilder.Properties<BlobHash>().HaveConversion<BlobHashConverter>().HaveColumnType("bytea");
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(20);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.HasPostgresExtension("pg_trgm");
        builder.ApplyConfigurationsFromAssembly(typeof(HubDb).Assembly);
        SnakeCase.Apply(builder.Model);
    }
}
