using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.Persistence.Configurations;

sealed class SmokeRunTable : IEntityTypeConfiguration<SmokeRun>
{
    public void Configure(EntityTypeBuilder<SmokeRun> builder)
    {
        builder.ToTable("SmokeRuns");
        builder.Property(run => run.Id).ValueGeneratedNever();
        builder.Property(run => run.Page).HasMaxLength(240);
        builder.Property(run => run.Release).HasMaxLength(40);
        builder.Property(run => run.Priority).HasConversion<int>();
        builder.Property(run => run.Error).HasColumnType("jsonb").HasConversion(new JsonConverter<SmokeError?>(), new JsonComparer<SmokeError?>());
        builder.Property(run => run.Evidence).HasColumnType("jsonb").HasConversion(new JsonConverter<SmokeEvidence>(), new JsonComparer<SmokeEvidence>());
        // What is asked for twice before it was begun is run once.
        builder.HasIndex(run => new { run.ProjectId, run.RevisionNumber, run.Page, run.Interpreter, run.Release }).IsUnique()
            .HasFilter("state <> 'Done'").HasDatabaseName("IX_SmokeRuns_Pending");
        builder.HasIndex(run => new { run.Priority, run.CreatedAt }).HasFilter("state = 'Queued'").HasDatabaseName("IX_SmokeRuns_Queue");
        builder.HasIndex(run => run.LeasedUntil).HasFilter("state = 'Running'").HasDatabaseName("IX_SmokeRuns_Leases");
        builder.HasIndex(run => new { run.ProjectId, run.RevisionNumber, run.CreatedAt });
        builder.HasIndex(run => run.FinishedAt);
        builder.HasOne<Revision>().WithMany().HasForeignKey(run => new { run.ProjectId, run.RevisionNumber }).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class SmokeScreenshotTable : IEntityTypeConfiguration<SmokeScreenshot>
{
    public void Configure(EntityTypeBuilder<SmokeScreenshot> builder)
    {
        builder.ToTable("SmokeScreenshots");
        builder.HasKey(screenshot => screenshot.RunId);
        builder.HasOne<SmokeRun>().WithOne().HasForeignKey<SmokeScreenshot>(screenshot => screenshot.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class SmokeWorkerTable : IEntityTypeConfiguration<SmokeWorker>
{
    public void Configure(EntityTypeBuilder<SmokeWorker> builder)
    {
        builder.ToTable("SmokeWorkers");
        builder.Property(worker => worker.Id).ValueGeneratedNever();
        builder.Property(worker => worker.Machine).HasMaxLength(255);
        builder.Property(worker => worker.Browser).HasMaxLength(100);
    }
}
