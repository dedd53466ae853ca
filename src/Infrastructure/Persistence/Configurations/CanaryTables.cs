using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.Persistence.Configurations;

sealed class CanaryTable : IEntityTypeConfiguration<Canary>
{
    public void Configure(EntityTypeBuilder<Canary> builder)
    {
        builder.ToTable("Canaries");
        builder.Property(canary => canary.Id).ValueGeneratedNever();
        builder.Property(canary => canary.Release).HasMaxLength(40);
        builder.Property(canary => canary.Replaced).HasMaxLength(40);
    }
}

sealed class CanaryPublicationTable : IEntityTypeConfiguration<CanaryPublication>
{
    public void Configure(EntityTypeBuilder<CanaryPublication> builder)
    {
        builder.ToTable("CanaryPublications");
        builder.HasKey(publication => publication.PublicationId);
        builder.Property(publication => publication.PublicationId).ValueGeneratedNever();
        builder.Property(publication => publication.Pages).HasColumnType("jsonb")
            .HasConversion(new JsonConverter<ImmutableList<CanaryPage>>(), new JsonComparer<ImmutableList<CanaryPage>>());
        builder.HasIndex(publication => publication.ProjectId);
        builder.HasIndex(publication => publication.CanaryId);
        builder.HasOne<Canary>().WithMany().HasForeignKey(publication => publication.CanaryId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<Publication>().WithMany().HasForeignKey(publication => publication.PublicationId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class ProjectOpeningTable : IEntityTypeConfiguration<ProjectOpening>
{
    public void Configure(EntityTypeBuilder<ProjectOpening> builder)
    {
        builder.ToTable("ProjectOpenings");
        builder.HasKey(opening => opening.ProjectId);
        builder.HasIndex(opening => opening.OpenedOn);
        builder.HasOne<Project>().WithMany().HasForeignKey(opening => opening.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }
}
