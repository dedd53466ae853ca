using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PyScriptHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Trials : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "trials",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    label = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    project_id = table.Column<Guid>(type: "uuid", nullable: false),
                    viewer_id = table.Column<Guid>(type: "uuid", nullable: true),
                    manifest = table.Column<string>(type: "jsonb", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_trials", x => x.id);
                    table.ForeignKey(
                        name: "fk_trials_projects_project_id",
                        column: x => x.project_id,
                        principalTable: "projects",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_trials_users_viewer_id",
                        column: x => x.viewer_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "trial_blobs",
                columns: table => new
                {
                    trial_id = table.Column<string>(type: "character varying(63)", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_trial_blobs", x => new { x.trial_id, x.hash });
                    table.ForeignKey(
                        name: "fk_trial_blobs_blobs_hash",
                        column: x => x.hash,
                        principalTable: "blobs",
                        principalColumn: "hash",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_trial_blobs_trials_trial_id",
                        column: x => x.trial_id,
                        principalTable: "trials",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_trial_blobs_hash",
                table: "trial_blobs",
                column: "hash");

            migrationBuilder.CreateIndex(
                name: "ix_trials_expires_at",
                table: "trials",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_trials_label",
                table: "trials",
                column: "label",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_trials_project_id",
                table: "trials",
                column: "project_id");

            migrationBuilder.CreateIndex(
                name: "ix_trials_viewer_id",
                table: "trials",
                column: "viewer_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "trial_blobs");

            migrationBuilder.DropTable(
                name: "trials");
        }
    }
}
