using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

using PostgreSqlAccounts.Stores;

namespace PostgreSqlAccounts.Migrations;

/// <summary>Accounts, what Identity keeps beside them, and accounts under way from Redis.</summary>
[DbContext(typeof(AccountDbContext))]
[Migration("20261121030000_Accounts")]
internal sealed class Accounts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        CreateAccounts(migrationBuilder);
        CreateClaims(migrationBuilder);
        CreateLogins(migrationBuilder);
        CreateTokens(migrationBuilder);
        CreateMoves(migrationBuilder);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var table in (string[])["account_claims", "account_logins", "account_tokens", "account_moves", "accounts"])
        {
            migrationBuilder.DropTable(table);
        }
    }

    private static void CreateAccounts(MigrationBuilder migration)
    {
        migration.CreateTable(
            name: "accounts",
            columns: table => new
            {
                id = table.Column<string>(type: "text", nullable: false),
                created = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "date_trunc('milliseconds', now())"),
                name = table.Column<string>(type: "text", nullable: false),
                normalized_name = table.Column<string>(type: "text", nullable: false),
                email = table.Column<string>(type: "text", nullable: true),
                normalized_email = table.Column<string>(type: "text", nullable: true),
                email_confirmed = table.Column<bool>(type: "boolean", nullable: false),
                password_hash = table.Column<string>(type: "text", nullable: true),
                security_stamp = table.Column<string>(type: "text", nullable: true),
                concurrency_stamp = table.Column<string>(type: "text", nullable: false),
                phone_number = table.Column<string>(type: "text", nullable: true),
                phone_number_confirmed = table.Column<bool>(type: "boolean", nullable: false),
                two_factor_enabled = table.Column<bool>(type: "boolean", nullable: false),
                lockout_end = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                lockout_enabled = table.Column<bool>(type: "boolean", nullable: false),
                access_failed_count = table.Column<int>(type: "integer", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("accounts_pkey", x => x.id);
            });

        migration.CreateIndex(name: "accounts_email_key", table: "accounts", column: "normalized_email", unique: true);

        migration.CreateIndex(name: "accounts_name_key", table: "accounts", column: "normalized_name", unique: true);

        migration.CreateIndex(name: "accounts_phone_key", table: "accounts", column: "phone_number", unique: true, filter: "phone_number_confirmed AND phone_number <> ''");
    }

    private static void CreateClaims(MigrationBuilder migration)
    {
        migration.CreateTable(
            name: "account_claims",
            columns: table => new
            {
                id = table.Column<int>(type: "integer", nullable: false)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                account_id = table.Column<string>(type: "text", nullable: false),
                type = table.Column<string>(type: "text", nullable: true),
                value = table.Column<string>(type: "text", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("account_claims_pkey", x => x.id);
                table.ForeignKey(
                    name: "account_claims_account_id_fkey",
                    column: x => x.account_id,
                    principalTable: "accounts",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migration.CreateIndex(name: "account_claims_account_id_idx", table: "account_claims", column: "account_id");
    }

    private static void CreateLogins(MigrationBuilder migration)
    {
        migration.CreateTable(
            name: "account_logins",
            columns: table => new
            {
                provider = table.Column<string>(type: "text", nullable: false),
                provider_key = table.Column<string>(type: "text", nullable: false),
                provider_name = table.Column<string>(type: "text", nullable: true),
                account_id = table.Column<string>(type: "text", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("account_logins_pkey", x => new { x.provider, x.provider_key });
                table.ForeignKey(
                    name: "account_logins_account_id_fkey",
                    column: x => x.account_id,
                    principalTable: "accounts",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migration.CreateIndex(name: "account_logins_account_id_idx", table: "account_logins", column: "account_id");
    }

    private static void CreateTokens(MigrationBuilder migration)
    {
        migration.CreateTable(
            name: "account_tokens",
            columns: table => new
            {
                account_id = table.Column<string>(type: "text", nullable: false),
                provider = table.Column<string>(type: "text", nullable: false),
                name = table.Column<string>(type: "text", nullable: false),
                value = table.Column<string>(type: "text", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("account_tokens_pkey", x => new { x.account_id, x.provider, x.name });
                table.ForeignKey(
                    name: "account_tokens_account_id_fkey",
                    column: x => x.account_id,
                    principalTable: "accounts",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });
    }

    private static void CreateMoves(MigrationBuilder migration)
    {
        migration.CreateTable(
            name: "account_moves",
            columns: table => new
            {
                id = table.Column<string>(type: "text", nullable: false),
                stamp = table.Column<string>(type: "text", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("account_moves_pkey", x => x.id);
            });
    }
}
