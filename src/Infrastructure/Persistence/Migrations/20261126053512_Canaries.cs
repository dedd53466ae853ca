using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PyScriptHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Canaries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "switched_from",
                table: "publications",
                type: "character varying(40)",
                maxLength: 40,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "canaries",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    release = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    replaced = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    switched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_canaries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "project_openings",
                columns: table => new
                {
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    opened_on = table.Column<DateOnly>(type: "date", nullable: false),
                    planned_for = table.Column<DateOnly>(type: "date", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_project_openings", x => x.project_id);
                    table.ForeignKey(
                        name: "fk_project_openings_projects_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "canary_publications",
                columns: table => new
                {
                    publication_id = table.Column<Guid>(type: "uuid", nullable: false),
                    canary_id = table.Column<int>(type: "integer", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    revision_number = table.Column<int>(type: "integer", nullable: false),
                    is_affected = table.Column<bool>(type: "boolean", nullable: false),
                    pages = table.Column<string>(type: "jsonb", nullable: false),
                    is_kept = table.Column<bool>(type: "boolean", nullable: false),
                    is_switched = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_canary_publications", x => x.publication_id);
                    table.ForeignKey(
                        name: "fk_canary_publications_canaries_canary_id",
                        column: x => x.canary_id,
                        principalTable: "canaries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_canary_publications_publications_publication_id",
                        column: x => x.publication_id,
                        principalTable: "publications",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_canary_publications_canary_id",
                table: "canary_publications",
                column: "canary_id");

            migrationBuilder.CreateIndex(
                name: "ix_canary_publications_project_id",
                table: "canary_publications",
                column: "project_id");

            migrationBuilder.CreateIndex(
                name: "ix_project_openings_opened_on",
                table: "project_openings",
                column: "opened_on");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "canary_publications");

            migrationBuilder.DropTable(
                name: "project_openings");

            migrationBuilder.DropTable(
                name: "canaries");

            migrationBuilder.DropColumn(
                name: "switched_from",
                table: "publications");
        }
    }
}
