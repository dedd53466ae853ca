using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace PyScriptHub.Infrastructure.Persistence;

/// <summary>Makes the context for the migration tool, which reads the model and opens no connection.</summary>
public sealed class HubDbDesign : IDesignTimeDbContextFactory<HubDb>
{
    public HubDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<HubDb>().UseNpgsql("Host=unused").Options);
}
