using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Infrastructure.Persistence.Configurations;

sealed class ProjectTable : IEntityTypeConfiguration<Project>
{
    public void Configure(EntityTypeBuilder<Project> builder)
    {
        builder.ToTable("Projects");
        builder.Property(project => project.Id).ValueGeneratedNever();
        builder.Property(project => project.Name).HasMaxLength(Project.NameLength).UseCollation("und-x-icu");
        builder.Property(project => project.Slug).HasMaxLength(80);
        builder.Property(project => project.Label).HasMaxLength(63);
        builder.Property(project => project.ShortCode).HasMaxLength(8);
        builder.Property(project => project.RuntimePin).HasMaxLength(40);
        builder.Property(project => project.Version).IsConcurrencyToken();
        builder.HasIndex(project => new { project.OwnerId, project.Slug }).IsUnique();
        builder.HasIndex(project => project.Label).IsUnique();
        builder.HasIndex(project => project.ShortCode).IsUnique();
        // The gallery: public and published, newest first.
        builder.HasIndex(project => new { project.UpdatedAt, project.Id })
            .HasFilter("visibility = 'Public' AND publication_id IS NOT NULL AND deleted_at IS NULL AND taken_down_at IS NULL")
            .HasDatabaseName("IX_Projects_Gallery");
        builder.HasIndex(project => project.Name).HasMethod("gin").HasOperators("gin_trgm_ops").HasDatabaseName("IX_Projects_NameWords");
        builder.HasIndex(project => project.RemixOfId);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(project => project.OwnerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne(project => project.Publication).WithMany().HasForeignKey(project => project.PublicationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Project>().WithMany().HasForeignKey(project => project.RemixOfId).OnDelete(DeleteBehavior.SetNull);
    }
}

sealed class RevisionTable : IEntityTypeConfiguration<Revision>
{
    public void Configure(EntityTypeBuilder<Revision> builder)
    {
        builder.ToTable("Revisions");
        builder.HasKey(revision => new { revision.ProjectId, revision.Number });
        builder.Property(revision => revision.Number).ValueGeneratedNever();
        builder.Property(revision => revision.Name).HasMaxLength(Revision.NameLength);
        builder.Property(revision => revision.Manifest).HasColumnType("jsonb").HasConversion(new ManifestConverter(), new ManifestComparer());
        builder.HasOne<Project>().WithMany().HasForeignKey(revision => revision.ProjectId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(revision => revision.AuthorId).OnDelete(DeleteBehavior.SetNull);
    }
}

sealed class RevisionBlobTable : IEntityTypeConfiguration<RevisionBlob>
{
    public void Configure(EntityTypeBuilder<RevisionBlob> builder)
    {
        builder.ToTable("RevisionBlobs");
        builder.HasKey(row => new { row.ProjectId, row.Number, row.Hash });
        builder.HasIndex(row => row.Hash);
        builder.HasOne<Revision>().WithMany().HasForeignKey(row => new { row.ProjectId, row.Number }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Blob>().WithMany().HasForeignKey(row => row.Hash).OnDelete(DeleteBehavior.Restrict);
    }
}

sealed class BlobTable : IEntityTypeConfiguration<Blob>
{
    public void Configure(EntityTypeBuilder<Blob> builder)
    {
        builder.ToTable("Blobs");
        builder.HasKey(blob => blob.Hash);
        builder.HasIndex(blob => blob.TouchedAt);
    }
}

sealed class PublicationTable : IEntityTypeConfiguration<Publication>
{
    public void Configure(EntityTypeBuilder<Publication> builder)
    {
        builder.ToTable("Publications");
        builder.Property(publication => publication.Id).ValueGeneratedNever();
        builder.Property(publication => publication.Release).HasMaxLength(40);
        builder.Property(publication => publication.SwitchedFrom).HasMaxLength(40);
        builder.Property(publication => publication.Pages).HasColumnType("jsonb").HasConversion(new PagesConverter(), new PagesComparer());
        // A published revision stays for good.
        builder.HasOne<Revision>().WithMany().HasForeignKey(publication => new { publication.ProjectId, publication.RevisionNumber })
            .OnDelete(DeleteBehavior.Restrict);
    }
}

sealed class ContentGrantTable : IEntityTypeConfiguration<ContentGrant>
{
    public void Configure(EntityTypeBuilder<ContentGrant> builder)
    {
        builder.ToTable("ContentGrants");
        builder.HasKey(grant => grant.Label);
        builder.Property(grant => grant.Label).HasMaxLength(63);
        builder.Property(grant => grant.Release).HasMaxLength(40);
        builder.HasIndex(grant => new { grant.ProjectId, grant.ViewerId }).IsUnique().HasFilter("kind = 'Viewer'");
        builder.HasIndex(grant => grant.ExpiresAt);
        builder.HasOne<Project>().WithMany().HasForeignKey(grant => grant.ProjectId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(grant => grant.ViewerId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class TrialTable : IEntityTypeConfiguration<Trial>
{
    public void Configure(EntityTypeBuilder<Trial> builder)
    {
        builder.ToTable("Trials");
        builder.Property(trial => trial.Id).HasMaxLength(63).ValueGeneratedNever();
        builder.Property(trial => trial.Label).HasMaxLength(63);
        builder.Property(trial => trial.Network).HasMaxLength(45);
        builder.Property(trial => trial.Change).HasColumnType("jsonb").HasConversion(new ManifestChangeConverter());
        builder.HasIndex(trial => trial.Label).IsUnique();
        builder.HasIndex(trial => trial.ExpiresAt);
        builder.HasIndex(trial => new { trial.Network, trial.ExpiresAt });
        // Thinning leaves the revision of a trial alone; where it goes all the same, with its project, the trial has nothing to stand on.
        builder.HasOne<Revision>().WithMany().HasForeignKey(trial => new { trial.ProjectId, trial.RevisionNumber }).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Project>().WithMany().HasForeignKey(trial => trial.ProjectId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(trial => trial.ViewerId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class TrialBlobTable : IEntityTypeConfiguration<TrialBlob>
{
    public void Configure(EntityTypeBuilder<TrialBlob> builder)
    {
        builder.ToTable("TrialBlobs");
        builder.HasKey(row => new { row.TrialId, row.Hash });
        builder.HasIndex(row => row.Hash);
        builder.HasOne<Trial>().WithMany().HasForeignKey(row => row.TrialId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Blob>().WithMany().HasForeignKey(row => row.Hash).OnDelete(DeleteBehavior.Restrict);
    }
}

sealed class ProjectMemberTable : IEntityTypeConfiguration<ProjectMember>
{
    public void Configure(EntityTypeBuilder<ProjectMember> builder)
    {
        builder.ToTable("ProjectMembers");
        builder.HasKey(member => new { member.ProjectId, member.UserId });
        builder.HasIndex(member => member.UserId);
        builder.HasOne<Project>().WithMany(project => project.Members).HasForeignKey(member => member.ProjectId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(member => member.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class SlugRedirectTable : IEntityTypeConfiguration<SlugRedirect>
{
    public void Configure(EntityTypeBuilder<SlugRedirect> builder)
    {
        builder.ToTable("SlugRedirects");
        builder.HasKey(redirect => new { redirect.OwnerId, redirect.Slug });
        builder.Property(redirect => redirect.Slug).HasMaxLength(80);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(redirect => redirect.OwnerId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Project>().WithMany().HasForeignKey(redirect => redirect.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class TransferOfferTable : IEntityTypeConfiguration<TransferOffer>
{
    public void Configure(EntityTypeBuilder<TransferOffer> builder)
    {
        builder.ToTable("TransferOffers");
        builder.HasKey(offer => offer.ProjectId);
        builder.HasIndex(offer => offer.HeirId);
        builder.HasOne<Project>().WithMany().HasForeignKey(offer => offer.ProjectId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(offer => offer.HeirId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(offer => offer.OfferedById).OnDelete(DeleteBehavior.Cascade);
    }
}
