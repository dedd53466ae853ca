using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Infrastructure.Persistence.Configurations;

sealed class AccessTokenTable : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.ToTable("AccessTokens");
        builder.Property(token => token.Id).ValueGeneratedNever();
        builder.Property(token => token.Name).HasMaxLength(AccessToken.NameLength);
        builder.HasIndex(token => token.Hash).IsUnique();
        builder.HasIndex(token => token.UserId);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(token => token.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class SetupLinkTable : IEntityTypeConfiguration<SetupLink>
{
    public void Configure(EntityTypeBuilder<SetupLink> builder)
    {
        builder.ToTable("SetupLinks");
        builder.HasKey(link => link.Hash);
    }
}

sealed class DataProtectionKeyTable : IEntityTypeConfiguration<DataProtectionKey>
{
    public void Configure(EntityTypeBuilder<DataProtectionKey> builder) => builder.ToTable("DataProtectionKeys");
}

sealed class RateWindowTable : IEntityTypeConfiguration<RateWindow>
{
    public void Configure(EntityTypeBuilder<RateWindow> builder)
    {
        builder.ToTable("RateWindows");
        builder.HasKey(window => new { window.Key, window.StartsAt });
        builder.Property(window => window.Key).HasMaxLength(200);
    }
}
