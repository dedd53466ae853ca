using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Infrastructure.Persistence.Configurations;

sealed class PackageTable : IEntityTypeConfiguration<Package>
{
    public void Configure(EntityTypeBuilder<Package> builder)
    {
        builder.ToTable("Packages");
        builder.HasKey(package => package.Name);
        builder.Property(package => package.Name).HasMaxLength(PackageName.MaximumLength);
        builder.Property(package => package.DisplayName).HasMaxLength(PackageName.MaximumLength);
        builder.Property(package => package.Summary).HasMaxLength(Package.SummaryLength);
        builder.HasIndex(package => package.Name).HasMethod("gin").HasOperators("gin_trgm_ops").HasDatabaseName("IX_Packages_NameLetters");
        builder.HasIndex(package => new { package.Weight, package.Name }).IsDescending(true, false).HasDatabaseName("IX_Packages_Known");
    }
}

sealed class PackageModuleTable : IEntityTypeConfiguration<PackageModule>
{
    public void Configure(EntityTypeBuilder<PackageModule> builder)
    {
        builder.ToTable("PackageModules");
        builder.HasKey(row => new { row.Package, row.Module });
        builder.Property(row => row.Module).HasMaxLength(PackageModule.NameLength);
        builder.HasIndex(row => row.Module).HasMethod("gin").HasOperators("gin_trgm_ops").HasDatabaseName("IX_PackageModules_Letters");
        builder.HasIndex(row => row.Module);
        builder.HasOne<Package>().WithMany().HasForeignKey(row => row.Package).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class PackageStatusTable : IEntityTypeConfiguration<PackageStatusRow>
{
    public void Configure(EntityTypeBuilder<PackageStatusRow> builder)
    {
        builder.ToTable("PackageStatuses");
        builder.HasKey(row => new { row.Package, row.Interpreter, row.Release });
        builder.Property(row => row.Release).HasMaxLength(40);
        builder.HasIndex(row => new { row.Interpreter, row.Release, row.Status, row.Package });
        builder.HasOne<Package>().WithMany().HasForeignKey(row => row.Package).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class EvidenceTable : IEntityTypeConfiguration<EvidenceEntry>
{
    public void Configure(EntityTypeBuilder<EvidenceEntry> builder)
    {
        builder.ToTable("PackageEvidence");
        builder.Property(entry => entry.Id).ValueGeneratedNever();
        builder.Property(entry => entry.Source).HasMaxLength(EvidenceEntry.SourceLength);
        builder.Property(entry => entry.Release).HasMaxLength(40);
        builder.Property(entry => entry.Version).HasMaxLength(EvidenceEntry.VersionLength);
        builder.Property(entry => entry.Detail).HasMaxLength(EvidenceEntry.DetailLength);
        builder.Property(entry => entry.Fingerprint).HasMaxLength(64);
        builder.Property(entry => entry.Payload).HasColumnType("jsonb");
        builder.HasIndex(entry => entry.Fingerprint).IsUnique();
        builder.HasIndex(entry => new { entry.Package, entry.At });
        builder.HasIndex(entry => entry.At).HasFilter("review = 'Pending'").HasDatabaseName("IX_PackageEvidence_Pending");
        builder.HasOne<Package>().WithMany().HasForeignKey(entry => entry.Package).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(entry => entry.PersonId).OnDelete(DeleteBehavior.SetNull);
    }
}

sealed class PackageFileTable : IEntityTypeConfiguration<PackageFile>
{
    public void Configure(EntityTypeBuilder<PackageFile> builder)
    {
        builder.ToTable("PackageFiles");
        builder.HasKey(file => new { file.FileName, file.Hash });
        builder.Property(file => file.FileName).HasMaxLength(PackageFile.FileNameLength);
        builder.Property(file => file.Version).HasMaxLength(EvidenceEntry.VersionLength);
        builder.Property(file => file.Source).HasMaxLength(2_000);
        builder.Property(file => file.Pyodide).HasMaxLength(40);
        builder.Property(file => file.RequiresPython).HasMaxLength(500);
        builder.Property(file => file.Yanked).HasMaxLength(1_000);
        builder.HasIndex(file => file.Package);
        builder.HasIndex(file => file.Hash);
        builder.HasOne<Package>().WithMany().HasForeignKey(file => file.Package).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Blob>().WithMany().HasForeignKey(file => file.Hash).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Blob>().WithMany().HasForeignKey(file => file.MetadataHash).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(file => file.AddedById).OnDelete(DeleteBehavior.SetNull);
    }
}

sealed class QuarantinedFileTable : IEntityTypeConfiguration<QuarantinedFile>
{
    public void Configure(EntityTypeBuilder<QuarantinedFile> builder)
    {
        builder.ToTable("QuarantinedFiles");
        builder.Property(file => file.Id).ValueGeneratedNever();
        builder.Property(file => file.FileName).HasMaxLength(PackageFile.FileNameLength);
        builder.Property(file => file.Source).HasMaxLength(2_000);
        builder.HasIndex(file => new { file.FileName, file.Hash }).IsUnique();
    }
}

sealed class UpstreamPageTable : IEntityTypeConfiguration<UpstreamPage>
{
    public void Configure(EntityTypeBuilder<UpstreamPage> builder)
    {
        builder.ToTable("UpstreamPages");
        builder.HasKey(page => new { page.Upstream, page.Package });
        builder.Property(page => page.Upstream).HasMaxLength(500);
        builder.Property(page => page.Package).HasMaxLength(PackageName.MaximumLength);
        builder.Property(page => page.ETag).HasMaxLength(500);
    }
}

sealed class UpstreamMetadataTable : IEntityTypeConfiguration<UpstreamMetadata>
{
    public void Configure(EntityTypeBuilder<UpstreamMetadata> builder)
    {
        builder.ToTable("UpstreamMetadata");
        builder.HasKey(metadata => metadata.FileHash);
    }
}

sealed class MipFileTable : IEntityTypeConfiguration<MipFile>
{
    public void Configure(EntityTypeBuilder<MipFile> builder)
    {
        builder.ToTable("MipFiles");
        builder.HasKey(file => file.Path);
        builder.Property(file => file.Path).HasMaxLength(500);
        builder.Property(file => file.Source).HasMaxLength(2_000);
        builder.HasIndex(file => file.Hash);
        builder.HasOne<Blob>().WithMany().HasForeignKey(file => file.Hash).OnDelete(DeleteBehavior.Restrict);
    }
}

sealed class PackageTestTable : IEntityTypeConfiguration<PackageTest>
{
    public void Configure(EntityTypeBuilder<PackageTest> builder)
    {
        builder.ToTable("PackageTests");
        builder.Property(test => test.Id).ValueGeneratedNever();
        builder.Property(test => test.Release).HasMaxLength(40);
        builder.Property(test => test.Label).HasMaxLength(63);
        builder.Property(test => test.Problem).HasMaxLength(2_000);
        // What is asked for twice before it was begun is tested once.
        builder.HasIndex(test => new { test.Package, test.Interpreter, test.Release }).IsUnique().HasFilter("state <> 'Done'").HasDatabaseName("IX_PackageTests_Pending");
        builder.HasIndex(test => test.CreatedAt).HasFilter("state = 'Queued'").HasDatabaseName("IX_PackageTests_Queue");
        builder.HasIndex(test => test.LeasedUntil).HasFilter("state = 'Running'").HasDatabaseName("IX_PackageTests_Leases");
        builder.HasIndex(test => test.Label).IsUnique();
        builder.HasOne<Package>().WithMany().HasForeignKey(test => test.Package).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(test => test.RequestedById).OnDelete(DeleteBehavior.SetNull);
    }
}

sealed class PackageLockTable : IEntityTypeConfiguration<PackageLock>
{
    public void Configure(EntityTypeBuilder<PackageLock> builder)
    {
        builder.ToTable("PackageLocks");
        builder.Property(row => row.Id).HasMaxLength(64).ValueGeneratedNever();
        builder.Property(row => row.Release).HasMaxLength(40);
        builder.HasIndex(row => row.UsedAt);
    }
}

sealed class PackageLockBlobTable : IEntityTypeConfiguration<PackageLockBlob>
{
    public void Configure(EntityTypeBuilder<PackageLockBlob> builder)
    {
        builder.ToTable("PackageLockBlobs");
        builder.HasKey(row => new { row.LockId, row.Hash });
        builder.HasIndex(row => row.Hash);
        builder.HasOne<PackageLock>().WithMany().HasForeignKey(row => row.LockId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Blob>().WithMany().HasForeignKey(row => row.Hash).OnDelete(DeleteBehavior.Restrict);
    }
}

sealed class PublicationLockTable : IEntityTypeConfiguration<PublicationLock>
{
    public void Configure(EntityTypeBuilder<PublicationLock> builder)
    {
        builder.ToTable("PublicationLocks");
        builder.HasKey(row => new { row.PublicationId, row.Page, row.Release });
        builder.Property(row => row.Page).HasMaxLength(240);
        builder.Property(row => row.Release).HasMaxLength(40);
        builder.Property(row => row.Problems).HasColumnType("jsonb");
        builder.HasIndex(row => row.LockId);
        builder.HasOne<Publication>().WithMany().HasForeignKey(row => row.PublicationId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<PackageLock>().WithMany().HasForeignKey(row => row.LockId).OnDelete(DeleteBehavior.Restrict);
    }
}

sealed class DraftLockTable : IEntityTypeConfiguration<DraftLock>
{
    public void Configure(EntityTypeBuilder<DraftLock> builder)
    {
        builder.ToTable("DraftLocks");
        builder.HasKey(row => row.Key);
        builder.Property(row => row.Key).HasMaxLength(64);
        builder.Property(row => row.Problems).HasColumnType("jsonb");
        builder.HasIndex(row => row.ResolvedAt);
        builder.HasIndex(row => row.LockId);
        builder.HasOne<PackageLock>().WithMany().HasForeignKey(row => row.LockId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class NpmReleaseTable : IEntityTypeConfiguration<NpmRelease>
{
    public void Configure(EntityTypeBuilder<NpmRelease> builder)
    {
        builder.ToTable("NpmReleases");
        builder.HasKey(release => new { release.Name, release.Version });
        builder.Property(release => release.Name).HasMaxLength(NpmRelease.NameLength);
        builder.Property(release => release.Version).HasMaxLength(100);
        builder.Property(release => release.Integrity).HasMaxLength(300);
        builder.Property(release => release.Source).HasMaxLength(2_000);
    }
}

sealed class NpmFileTable : IEntityTypeConfiguration<NpmFile>
{
    public void Configure(EntityTypeBuilder<NpmFile> builder)
    {
        builder.ToTable("NpmFiles");
        builder.HasKey(file => new { file.Name, file.Version, file.Path });
        builder.Property(file => file.Path).HasMaxLength(500);
        builder.HasIndex(file => file.Hash);
        builder.HasOne<NpmRelease>().WithMany().HasForeignKey(file => new { file.Name, file.Version }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Blob>().WithMany().HasForeignKey(file => file.Hash).OnDelete(DeleteBehavior.Restrict);
    }
}

sealed class PublicationLibraryTable : IEntityTypeConfiguration<PublicationLibrary>
{
    public void Configure(EntityTypeBuilder<PublicationLibrary> builder)
    {
        builder.ToTable("PublicationLibraries");
        builder.HasKey(row => new { row.PublicationId, row.Address });
        builder.Property(row => row.Address).HasMaxLength(600);
        builder.Property(row => row.Name).HasMaxLength(NpmRelease.NameLength);
        builder.Property(row => row.Version).HasMaxLength(100);
        builder.Property(row => row.Path).HasMaxLength(500);
        builder.Property(row => row.Problem).HasMaxLength(1_000);
        builder.HasOne<Publication>().WithMany().HasForeignKey(row => row.PublicationId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<NpmRelease>().WithMany().HasForeignKey(row => new { row.Name, row.Version }).OnDelete(DeleteBehavior.Restrict);
    }
}
