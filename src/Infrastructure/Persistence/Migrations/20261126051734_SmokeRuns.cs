using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PyScriptHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class SmokeRuns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "smoke_runs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    revision_number = table.Column<int>(type: "integer", nullable: false),
                    page = table.Column<string>(type: "character varying(240)", maxLength: 240, nullable: false),
                    interpreter = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    release = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    priority = table.Column<int>(type: "integer", maxLength: 20, nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_id = table.Column<Guid>(type: "uuid", nullable: true),
                    leased_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    outcome = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    still_running = table.Column<bool>(type: "boolean", nullable: false),
                    awaited = table.Column<string>(type: "text", nullable: true),
                    ready_ms = table.Column<int>(type: "integer", nullable: true),
                    done_ms = table.Column<int>(type: "integer", nullable: true),
                    peak_memory = table.Column<long>(type: "bigint", nullable: true),
                    error = table.Column<string>(type: "jsonb", nullable: true),
                    evidence = table.Column<string>(type: "jsonb", nullable: false),
                    has_screenshot = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_smoke_runs", x => x.id);
                    table.ForeignKey(
                        name: "fk_smoke_runs_revisions_project_id_revision_number",
                        columns: x => new { x.project_id, x.revision_number },
                        principalTable: "revisions",
                        principalColumns: new[] { "project_id", "number" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "smoke_workers",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    machine = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    browsers = table.Column<int>(type: "integer", nullable: false),
                    browser = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    off_reason = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_smoke_workers", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "smoke_screenshots",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_smoke_screenshots", x => x.run_id);
                    table.ForeignKey(
                        name: "fk_smoke_screenshots_smoke_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "smoke_runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_smoke_runs_finished_at",
                table: "smoke_runs",
                column: "finished_at");

            migrationBuilder.CreateIndex(
                name: "ix_smoke_runs_leases",
                table: "smoke_runs",
                column: "leased_until",
                filter: "state = 'Running'");

            migrationBuilder.CreateIndex(
                name: "ix_smoke_runs_pending",
                table: "smoke_runs",
                columns: new[] { "project_id", "revision_number", "page", "interpreter", "release" },
                unique: true,
                filter: "state <> 'Done'");

            migrationBuilder.CreateIndex(
                name: "ix_smoke_runs_project_id_revision_number_created_at",
                table: "smoke_runs",
                columns: new[] { "project_id", "revision_number", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_smoke_runs_queue",
                table: "smoke_runs",
                columns: new[] { "priority", "created_at" },
                filter: "state = 'Queued'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "smoke_screenshots");

            migrationBuilder.DropTable(
                name: "smoke_workers");

            migrationBuilder.DropTable(
                name: "smoke_runs");
        }
    }
}
