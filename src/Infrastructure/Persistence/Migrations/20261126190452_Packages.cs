using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace PyScriptHub.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Packages : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "mip_files",
                columns: table => new
                {
                    path = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    source = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_mip_files", x => x.path);
                    table.ForeignKey(
                        name: "fk_mip_files_blobs_hash",
                        column: x => x.hash,
                        principalTable: "blobs",
                        principalColumn: "hash",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "npm_releases",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(214)", maxLength: 214, nullable: false),
                    version = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    integrity = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    source = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    added_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_npm_releases", x => new { x.name, x.version });
                });

            migrationBuilder.CreateTable(
                name: "package_locks",
                columns: table => new
                {
                    id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    release = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    document = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_package_locks", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "packages",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    display_name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    summary = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    weight = table.Column<int>(type: "integer", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_packages", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "quarantined_files",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    file_name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    kept_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    source = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_quarantined_files", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "upstream_metadata",
                columns: table => new
                {
                    file_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    text = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_upstream_metadata", x => x.file_hash);
                });

            migrationBuilder.CreateTable(
                name: "upstream_pages",
                columns: table => new
                {
                    upstream = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    package = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    document = table.Column<string>(type: "text", nullable: true),
                    etag = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    fetched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_upstream_pages", x => new { x.upstream, x.package });
                });

            migrationBuilder.CreateTable(
                name: "npm_files",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(214)", nullable: false),
                    version = table.Column<string>(type: "character varying(100)", nullable: false),
                    path = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    length = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_npm_files", x => new { x.name, x.version, x.path });
                    table.ForeignKey(
                        name: "fk_npm_files_blobs_hash",
                        column: x => x.hash,
                        principalTable: "blobs",
                        principalColumn: "hash",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_npm_files_npm_releases_name_version",
                        columns: x => new { x.name, x.version },
                        principalTable: "npm_releases",
                        principalColumns: new[] { "name", "version" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "publication_libraries",
                columns: table => new
                {
                    publication_id = table.Column<Guid>(type: "uuid", nullable: false),
                    address = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: false),
                    name = table.Column<string>(type: "character varying(214)", maxLength: 214, nullable: true),
                    version = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    path = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    problem = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_publication_libraries", x => new { x.publication_id, x.address });
                    table.ForeignKey(
                        name: "fk_publication_libraries_npm_releases_name_version",
                        columns: x => new { x.name, x.version },
                        principalTable: "npm_releases",
                        principalColumns: new[] { "name", "version" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_publication_libraries_publications_publication_id",
                        column: x => x.publication_id,
                        principalTable: "publications",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "draft_locks",
                columns: table => new
                {
                    key = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    lock_id = table.Column<string>(type: "character varying(64)", nullable: true),
                    problems = table.Column<string>(type: "jsonb", nullable: false),
                    resolved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_draft_locks", x => x.key);
                    table.ForeignKey(
                        name: "fk_draft_locks_package_locks_lock_id",
                        column: x => x.lock_id,
                        principalTable: "package_locks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "package_lock_blobs",
                columns: table => new
                {
                    lock_id = table.Column<string>(type: "character varying(64)", nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_package_lock_blobs", x => new { x.lock_id, x.hash });
                    table.ForeignKey(
                        name: "fk_package_lock_blobs_blobs_hash",
                        column: x => x.hash,
                        principalTable: "blobs",
                        principalColumn: "hash",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_package_lock_blobs_package_locks_lock_id",
                        column: x => x.lock_id,
                        principalTable: "package_locks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "publication_locks",
                columns: table => new
                {
                    publication_id = table.Column<Guid>(type: "uuid", nullable: false),
                    page = table.Column<string>(type: "character varying(240)", maxLength: 240, nullable: false),
                    release = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    lock_id = table.Column<string>(type: "character varying(64)", nullable: true),
                    problems = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_publication_locks", x => new { x.publication_id, x.page, x.release });
                    table.ForeignKey(
                        name: "fk_publication_locks_package_locks_lock_id",
                        column: x => x.lock_id,
                        principalTable: "package_locks",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_publication_locks_publications_publication_id",
                        column: x => x.publication_id,
                        principalTable: "publications",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "package_evidence",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    package = table.Column<string>(type: "character varying(200)", nullable: false),
                    kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    source = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    interpreter = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    release = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    version = table.Column<string>(type: "character varying(250)", maxLength: 250, nullable: true),
                    outcome = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    detail = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: true),
                    fingerprint = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    payload = table.Column<string>(type: "jsonb", nullable: true),
                    person_id = table.Column<Guid>(type: "uuid", nullable: true),
                    review = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_package_evidence", x => x.id);
                    table.ForeignKey(
                        name: "fk_package_evidence_packages_package",
                        column: x => x.package,
                        principalTable: "packages",
                        principalColumn: "name",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_package_evidence_users_person_id",
                        column: x => x.person_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                });

            migrationBuilder.CreateTable(
                name: "package_files",
                columns: table => new
                {
                    file_name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    package = table.Column<string>(type: "character varying(200)", nullable: false),
                    version = table.Column<string>(type: "character varying(250)", maxLength: 250, nullable: false),
                    length = table.Column<long>(type: "bigint", nullable: false),
                    origin = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    source = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    pyodide = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: true),
                    added_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    added_by_id = table.Column<Guid>(type: "uuid", nullable: true),
                    metadata_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    requires_python = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    requires = table.Column<string[]>(type: "text[]", nullable: false),
                    extras = table.Column<string[]>(type: "text[]", nullable: false),
                    modules = table.Column<string[]>(type: "text[]", nullable: false),
                    yanked = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_package_files", x => new { x.file_name, x.hash });
                    table.ForeignKey(
                        name: "fk_package_files_blobs_hash",
                        column: x => x.hash,
                        principalTable: "blobs",
                        principalColumn: "hash",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_package_files_blobs_metadata_hash",
                        column: x => x.metadata_hash,
                        principalTable: "blobs",
                        principalColumn: "hash",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_package_files_packages_package",
                        column: x => x.package,
                        principalTable: "packages",
                        principalColumn: "name",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_package_files_users_added_by_id",
                        column: x => x.added_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                });

            migrationBuilder.CreateTable(
                name: "package_modules",
                columns: table => new
                {
                    package = table.Column<string>(type: "character varying(200)", nullable: false),
                    module = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_package_modules", x => new { x.package, x.module });
                    table.ForeignKey(
                        name: "fk_package_modules_packages_package",
                        column: x => x.package,
                        principalTable: "packages",
                        principalColumn: "name",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "package_statuses",
                columns: table => new
                {
                    package = table.Column<string>(type: "character varying(200)", nullable: false),
                    interpreter = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    release = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_package_statuses", x => new { x.package, x.interpreter, x.release });
                    table.ForeignKey(
                        name: "fk_package_statuses_packages_package",
                        column: x => x.package,
                        principalTable: "packages",
                        principalColumn: "name",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "package_tests",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    package = table.Column<string>(type: "character varying(200)", nullable: false),
                    interpreter = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    release = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    requested_by_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    lease_id = table.Column<Guid>(type: "uuid", nullable: true),
                    leased_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    label = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: true),
                    problem = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_package_tests", x => x.id);
                    table.ForeignKey(
                        name: "fk_package_tests_packages_package",
                        column: x => x.package,
                        principalTable: "packages",
                        principalColumn: "name",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_package_tests_users_requested_by_id",
                        column: x => x.requested_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                });

            migrationBuilder.CreateIndex(
                name: "ix_draft_locks_lock_id",
                table: "draft_locks",
                column: "lock_id");

            migrationBuilder.CreateIndex(
                name: "ix_draft_locks_resolved_at",
                table: "draft_locks",
                column: "resolved_at");

            migrationBuilder.CreateIndex(
                name: "ix_mip_files_hash",
                table: "mip_files",
                column: "hash");

            migrationBuilder.CreateIndex(
                name: "ix_npm_files_hash",
                table: "npm_files",
                column: "hash");

            migrationBuilder.CreateIndex(
                name: "ix_package_evidence_fingerprint",
                table: "package_evidence",
                column: "fingerprint",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_package_evidence_package_at",
                table: "package_evidence",
                columns: new[] { "package", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_package_evidence_pending",
                table: "package_evidence",
                column: "at",
                filter: "review = 'Pending'");

            migrationBuilder.CreateIndex(
                name: "ix_package_evidence_person_id",
                table: "package_evidence",
                column: "person_id");

            migrationBuilder.CreateIndex(
                name: "ix_package_files_added_by_id",
                table: "package_files",
                column: "added_by_id");

            migrationBuilder.CreateIndex(
                name: "ix_package_files_hash",
                table: "package_files",
                column: "hash");

            migrationBuilder.CreateIndex(
                name: "ix_package_files_metadata_hash",
                table: "package_files",
                column: "metadata_hash");

            migrationBuilder.CreateIndex(
                name: "ix_package_files_package",
                table: "package_files",
                column: "package");

            migrationBuilder.CreateIndex(
                name: "ix_package_lock_blobs_hash",
                table: "package_lock_blobs",
                column: "hash");

            migrationBuilder.CreateIndex(
                name: "ix_package_locks_used_at",
                table: "package_locks",
                column: "used_at");

            migrationBuilder.CreateIndex(
                name: "ix_package_modules_letters",
                table: "package_modules",
                column: "module")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_package_statuses_interpreter_release_status_package",
                table: "package_statuses",
                columns: new[] { "interpreter", "release", "status", "package" });

            migrationBuilder.CreateIndex(
                name: "ix_package_tests_label",
                table: "package_tests",
                column: "label",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_package_tests_leases",
                table: "package_tests",
                column: "leased_until",
                filter: "state = 'Running'");

            migrationBuilder.CreateIndex(
                name: "ix_package_tests_pending",
                table: "package_tests",
                columns: new[] { "package", "interpreter", "release" },
                unique: true,
                filter: "state <> 'Done'");

            migrationBuilder.CreateIndex(
                name: "ix_package_tests_queue",
                table: "package_tests",
                column: "created_at",
                filter: "state = 'Queued'");

            migrationBuilder.CreateIndex(
                name: "ix_package_tests_requested_by_id",
                table: "package_tests",
                column: "requested_by_id");

            migrationBuilder.CreateIndex(
                name: "ix_packages_known",
                table: "packages",
                columns: new[] { "weight", "name" },
                descending: new[] { true, false });

            migrationBuilder.CreateIndex(
                name: "ix_packages_name_letters",
                table: "packages",
                column: "name")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_publication_libraries_name_version",
                table: "publication_libraries",
                columns: new[] { "name", "version" });

            migrationBuilder.CreateIndex(
                name: "ix_publication_locks_lock_id",
                table: "publication_locks",
                column: "lock_id");

            migrationBuilder.CreateIndex(
                name: "ix_quarantined_files_file_name_hash",
                table: "quarantined_files",
                columns: new[] { "file_name", "hash" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "draft_locks");

            migrationBuilder.DropTable(
                name: "mip_files");

            migrationBuilder.DropTable(
                name: "npm_files");

            migrationBuilder.DropTable(
                name: "package_evidence");

            migrationBuilder.DropTable(
                name: "package_files");

            migrationBuilder.DropTable(
                name: "package_lock_blobs");

            migrationBuilder.DropTable(
                name: "package_modules");

            migrationBuilder.DropTable(
                name: "package_statuses");

            migrationBuilder.DropTable(
                name: "package_tests");

            migrationBuilder.DropTable(
                name: "publication_libraries");

            migrationBuilder.DropTable(
                name: "publication_locks");

            migrationBuilder.DropTable(
                name: "quarantined_files");

            migrationBuilder.DropTable(
                name: "upstream_metadata");

            migrationBuilder.DropTable(
                name: "upstream_pages");

            migrationBuilder.DropTable(
                name: "packages");

            migrationBuilder.DropTable(
                name: "npm_releases");

            migrationBuilder.DropTable(
                name: "package_locks");
        }
    }
}
