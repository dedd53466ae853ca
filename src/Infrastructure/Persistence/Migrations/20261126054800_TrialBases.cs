using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PyScriptHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class TrialBases : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "accepted_role",
                table: "project_members",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "added_at",
                table: "project_members",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "now()");

            migrationBuilder.Sql("ALTER TABLE project_members ALTER COLUMN added_at DROP DEFAULT");

            // Nobody loses a project from their list; who was named an owner and never saved in it has not agreed to inherit it.
            migrationBuilder.Sql(
                """
                UPDATE project_members m SET accepted_role = CASE WHEN m.role = 'Owner' AND EXISTS (
                    SELECT FROM revisions r WHERE r.project_id = m.project_id AND r.author_id = m.user_id) THEN 'Owner' ELSE 'Editor' END
                """);

            // Trials live for hours, and these do not say what they were made to.
            migrationBuilder.Sql("DELETE FROM trials");

            migrationBuilder.DropIndex(
                name: "ix_trials_project_id",
                table: "trials");

            migrationBuilder.DropColumn(
                name: "manifest",
                table: "trials");

            migrationBuilder.AddColumn<string>(
                name: "change",
                table: "trials",
                type: "jsonb",
                nullable: false);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "ends_at",
                table: "trials",
                type: "timestamp with time zone",
                nullable: false);

            migrationBuilder.AddColumn<string>(
                name: "network",
                table: "trials",
                type: "character varying(45)",
                maxLength: 45,
                nullable: false);

            migrationBuilder.AddColumn<int>(
                name: "revision_number",
                table: "trials",
                type: "integer",
                nullable: false);

            migrationBuilder.CreateIndex(
                name: "ix_trials_network_expires_at",
                table: "trials",
                columns: new[] { "network", "expires_at" });

            migrationBuilder.CreateIndex(
                name: "ix_trials_project_id_revision_number",
                table: "trials",
                columns: new[] { "project_id", "revision_number" });

            migrationBuilder.AddForeignKey(
                name: "fk_trials_revisions_project_id_revision_number",
                table: "trials",
                columns: new[] { "project_id", "revision_number" },
                principalTable: "revisions",
                principalColumns: new[] { "project_id", "number" },
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DELETE FROM trials");

            migrationBuilder.DropForeignKey(
                name: "fk_trials_revisions_project_id_revision_number",
                table: "trials");

            migrationBuilder.DropIndex(
                name: "ix_trials_network_expires_at",
                table: "trials");

            migrationBuilder.DropIndex(
                name: "ix_trials_project_id_revision_number",
                table: "trials");

            migrationBuilder.DropColumn(
                name: "change",
                table: "trials");

            migrationBuilder.DropColumn(
                name: "ends_at",
                table: "trials");

            migrationBuilder.DropColumn(
                name: "network",
                table: "trials");

            migrationBuilder.DropColumn(
                name: "revision_number",
                table: "trials");

            migrationBuilder.AddColumn<string>(
                name: "manifest",
                table: "trials",
                type: "jsonb",
                nullable: false);

            migrationBuilder.CreateIndex(
                name: "ix_trials_project_id",
                table: "trials",
                column: "project_id");

            migrationBuilder.DropColumn(
                name: "accepted_role",
                table: "project_members");

            migrationBuilder.DropColumn(
                name: "added_at",
                table: "project_members");
        }
    }
}
