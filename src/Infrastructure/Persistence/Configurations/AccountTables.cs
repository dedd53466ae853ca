using Microsoft.AspNetCore.Identity;
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

sealed class SessionTable : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("Sessions");
        builder.Property(session => session.Id).ValueGeneratedNever();
        builder.Property(session => session.Network).HasMaxLength(45);
        builder.Property(session => session.Browser).HasMaxLength(Session.BrowserLength);
        builder.HasIndex(session => new { session.UserId, session.LastUsedAt });
        builder.HasIndex(session => session.LastUsedAt);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(session => session.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class InvitationTable : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.ToTable("Invitations");
        builder.Property(invitation => invitation.Id).ValueGeneratedNever();
        builder.Property(invitation => invitation.Note).HasMaxLength(Invitation.NoteLength);
        builder.HasIndex(invitation => invitation.Hash).IsUnique();
    }
}

sealed class ResetLinkTable : IEntityTypeConfiguration<ResetLink>
{
    public void Configure(EntityTypeBuilder<ResetLink> builder)
    {
        builder.ToTable("ResetLinks");
        builder.HasKey(link => link.Hash);
        builder.HasIndex(link => link.UserId);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(link => link.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class ResetMailTable : IEntityTypeConfiguration<ResetMail>
{
    public void Configure(EntityTypeBuilder<ResetMail> builder)
    {
        builder.ToTable("ResetMails");
        builder.Property(mail => mail.Id).ValueGeneratedNever();
        builder.HasIndex(mail => mail.DueAt);
        builder.HasIndex(mail => mail.UserId);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(mail => mail.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

sealed class RetiredNameTable : IEntityTypeConfiguration<RetiredName>
{
    public void Configure(EntityTypeBuilder<RetiredName> builder)
    {
        builder.ToTable("RetiredNames");
        builder.HasKey(name => name.Hash);
    }
}

sealed class HubSettingTable : IEntityTypeConfiguration<HubSetting>
{
    public void Configure(EntityTypeBuilder<HubSetting> builder)
    {
        builder.ToTable("Settings");
        builder.HasKey(setting => setting.Key);
        builder.Property(setting => setting.Key).HasMaxLength(60);
    }
}

/// <summary>
/// As version 3 of Identity's own schema has it. Identity reads the version from the options of the process, which the migration
/// tool and tests do not have: the model would be another there.
/// </summary>
sealed class PasskeyTable : IEntityTypeConfiguration<IdentityUserPasskey<Guid>>
{
    // The longest that an authenticator may make (WebAuthn level 3, 4).
    private const int CredentialIdLength = 1023;

    public void Configure(EntityTypeBuilder<IdentityUserPasskey<Guid>> builder)
    {
        builder.ToTable("UserPasskeys");
        builder.HasKey(passkey => passkey.CredentialId);
        builder.Property(passkey => passkey.CredentialId).HasMaxLength(CredentialIdLength);
        builder.OwnsOne(passkey => passkey.Data).ToJson("data");
        builder.HasIndex(passkey => passkey.UserId);
        builder.HasOne<HubUser>().WithMany().HasForeignKey(passkey => passkey.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
