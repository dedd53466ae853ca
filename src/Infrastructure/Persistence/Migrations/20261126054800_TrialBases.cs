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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "accepted_role",
                table: "project_members");

            migrationBuilder.DropColumn(
                name: "added_at",
                table: "project_members");
        }
    }
}
