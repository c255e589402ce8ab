using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using PostgreSqlAccounts.Stores;

namespace PostgreSqlAccounts.Migrations;

/// <summary>The tables as the migrations leave them; a test compares it with what the source wants.</summary>
[DbContext(typeof(AccountDbContext))]
internal sealed class AccountDbContextModelSnapshot : ModelSnapshot
{
    protected override void BuildModel(ModelBuilder modelBuilder)
    {
        modelBuilder.HasAnnotation("ProductVersion", "10.0.14").HasAnnotation("Relational:MaxIdentifierLength", 63);
        modelBuilder.UseIdentityByDefaultColumns();
        modelBuilder.Entity("Microsoft.AspNetCore.Identity.IdentityUserClaim<string>", DescribeClaims);
        modelBuilder.Entity("Microsoft.AspNetCore.Identity.IdentityUserLogin<string>", DescribeLogins);
        modelBuilder.Entity("Microsoft.AspNetCore.Identity.IdentityUserToken<string>", DescribeTokens);
        modelBuilder.Entity("PostgreSqlAccounts.Stores.MovedAccount", DescribeMoves);
        modelBuilder.Entity("RedisAccounts.Account", DescribeAccounts);
        modelBuilder.Entity("Microsoft.AspNetCore.Identity.IdentityUserClaim<string>", b => ReferToAccounts(b, "account_claims_account_id_fkey"));
        modelBuilder.Entity("Microsoft.AspNetCore.Identity.IdentityUserLogin<string>", b => ReferToAccounts(b, "account_logins_account_id_fkey"));
        modelBuilder.Entity("Microsoft.AspNetCore.Identity.IdentityUserToken<string>", b => ReferToAccounts(b, "account_tokens_account_id_fkey"));
    }

    private static void DescribeClaims(EntityTypeBuilder b)
    {
        b.Property<int>("Id").ValueGeneratedOnAdd().HasColumnType("integer").HasColumnName("id");
        b.Property<int>("Id").UseIdentityByDefaultColumn();
        b.Property<string>("ClaimType").HasColumnType("text").HasColumnName("type");
        b.Property<string>("ClaimValue").HasColumnType("text").HasColumnName("value");
        b.Property<string>("UserId").IsRequired().HasColumnType("text").HasColumnName("account_id");
        b.HasKey("Id").HasName("account_claims_pkey");
        b.HasIndex("UserId").HasDatabaseName("account_claims_account_id_idx");
        b.ToTable("account_claims", (string?)null);
    }

    private static void DescribeLogins(EntityTypeBuilder b)
    {
        b.Property<string>("LoginProvider").HasColumnType("text").HasColumnName("provider");
        b.Property<string>("ProviderKey").HasColumnType("text").HasColumnName("provider_key");
        b.Property<string>("ProviderDisplayName").HasColumnType("text").HasColumnName("provider_name");
        b.Property<string>("UserId").IsRequired().HasColumnType("text").HasColumnName("account_id");
        b.HasKey("LoginProvider", "ProviderKey").HasName("account_logins_pkey");
        b.HasIndex("UserId").HasDatabaseName("account_logins_account_id_idx");
        b.ToTable("account_logins", (string?)null);
    }

    private static void DescribeTokens(EntityTypeBuilder b)
    {
        b.Property<string>("UserId").HasColumnType("text").HasColumnName("account_id");
        b.Property<string>("LoginProvider").HasColumnType("text").HasColumnName("provider");
        b.Property<string>("Name").HasColumnType("text").HasColumnName("name");
        b.Property<string>("Value").HasColumnType("text").HasColumnName("value");
        b.HasKey("UserId", "LoginProvider", "Name").HasName("account_tokens_pkey");
        b.ToTable("account_tokens", (string?)null);
    }

    private static void DescribeMoves(EntityTypeBuilder b)
    {
        b.Property<string>("Id").HasColumnType("text").HasColumnName("id");
        b.Property<string>("Stamp").IsRequired().HasColumnType("text").HasColumnName("stamp");
        b.HasKey("Id").HasName("account_moves_pkey");
        b.ToTable("account_moves", (string?)null);
    }

    private static void DescribeAccounts(EntityTypeBuilder b)
    {
        b.Property<string>("Id").HasColumnType("text").HasColumnName("id");
        b.Property<int>("AccessFailedCount").HasColumnType("integer").HasColumnName("access_failed_count");
        b.Property<string>("ConcurrencyStamp").IsConcurrencyToken().IsRequired().HasColumnType("text").HasColumnName("concurrency_stamp");
        b.Property<DateTimeOffset>("Created").ValueGeneratedOnAdd().HasColumnType("timestamp with time zone").HasColumnName("created").HasDefaultValueSql("date_trunc('milliseconds', now())");
        b.Property<string>("Email").HasColumnType("text").HasColumnName("email");
        b.Property<bool>("EmailConfirmed").HasColumnType("boolean").HasColumnName("email_confirmed");
        b.Property<bool>("LockoutEnabled").HasColumnType("boolean").HasColumnName("lockout_enabled");
        b.Property<DateTimeOffset?>("LockoutEnd").HasColumnType("timestamp with time zone").HasColumnName("lockout_end");
        b.Property<string>("NormalizedEmail").HasColumnType("text").HasColumnName("normalized_email");
        b.Property<string>("NormalizedUserName").IsRequired().HasColumnType("text").HasColumnName("normalized_name");
        b.Property<string>("PasswordHash").HasColumnType("text").HasColumnName("password_hash");
        b.Property<string>("PhoneNumber").HasColumnType("text").HasColumnName("phone_number");
        b.Property<bool>("PhoneNumberConfirmed").HasColumnType("boolean").HasColumnName("phone_number_confirmed");
        b.Property<string>("SecurityStamp").HasColumnType("text").HasColumnName("security_stamp");
        b.Property<bool>("TwoFactorEnabled").HasColumnType("boolean").HasColumnName("two_factor_enabled");
        b.Property<string>("UserName").IsRequired().HasColumnType("text").HasColumnName("name");
        b.HasKey("Id").HasName("accounts_pkey");
        b.HasIndex("NormalizedEmail").IsUnique().HasDatabaseName("accounts_email_key");
        b.HasIndex("NormalizedUserName").IsUnique().HasDatabaseName("accounts_name_key");
        b.HasIndex("PhoneNumber").IsUnique().HasDatabaseName("accounts_phone_key").HasFilter("phone_number_confirmed AND phone_number <> ''");
        b.ToTable("accounts", (string?)null);
    }

    private static void ReferToAccounts(EntityTypeBuilder b, string constraint) => b
        .HasOne("RedisAccounts.Account", null)
        .WithMany()
        .HasForeignKey("UserId")
        .OnDelete(DeleteBehavior.Cascade)
        .IsRequired()
        .HasConstraintName(constraint);
}
