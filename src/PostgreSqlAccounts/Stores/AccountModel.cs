using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

using RedisAccounts;

namespace PostgreSqlAccounts.Stores;

/// <summary>The tables, and the constraints that make one name, one address and one confirmed number one account.</summary>
internal static class AccountModel
{
    public const string MigrationsTable = "account_migrations";
    public const string PrimaryKey = "accounts_pkey";
    public const string UniqueName = "accounts_name_key";
    public const string UniqueEmail = "accounts_email_key";
    public const string UniquePhone = "accounts_phone_key";

    // What Redis keeps: milliseconds, in UTC. PostgreSQL would take microseconds, and no offset but UTC.
    private static readonly ValueConverter<DateTimeOffset, DateTimeOffset> Milliseconds = new(
        time => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds()), time => time);

    public static void Describe(ModelBuilder builder)
    {
        builder.Entity<Account>(Describe);
        builder.Entity<IdentityUserClaim<string>>(claims =>
        {
            claims.ToTable("account_claims");
            claims.Property(claim => claim.Id).HasColumnName("id");
            claims.Property(claim => claim.UserId).HasColumnName("account_id");
            claims.Property(claim => claim.ClaimType).HasColumnName("type");
            claims.Property(claim => claim.ClaimValue).HasColumnName("value");
        });
        builder.Entity<IdentityUserLogin<string>>(logins =>
        {
            logins.ToTable("account_logins");
            logins.Property(login => login.LoginProvider).HasColumnName("provider");
            logins.Property(login => login.ProviderKey).HasColumnName("provider_key");
            logins.Property(login => login.ProviderDisplayName).HasColumnName("provider_name");
            logins.Property(login => login.UserId).HasColumnName("account_id");
        });
        builder.Entity<IdentityUserToken<string>>(tokens =>
        {
            tokens.ToTable("account_tokens");
            tokens.Property(token => token.UserId).HasColumnName("account_id");
            tokens.Property(token => token.LoginProvider).HasColumnName("provider");
            tokens.Property(token => token.Name).HasColumnName("name");
            tokens.Property(token => token.Value).HasColumnName("value");
        });
        builder.Entity<MovedAccount>(moves =>
        {
            moves.ToTable("account_moves");
            moves.HasKey(move => move.Id);
            moves.Property(move => move.Id).HasColumnName("id");
            moves.Property(move => move.Stamp).HasColumnName("stamp");
        });
        NameConstraints(builder);
    }

    private static void Describe(EntityTypeBuilder<Account> accounts)
    {
        accounts.ToTable("accounts");
        Name(accounts.Property(account => account.Id), "id");
        Name(accounts.Property(account => account.UserName), "name").IsRequired();
        Name(accounts.Property(account => account.NormalizedUserName), "normalized_name").IsRequired();
        Name(accounts.Property(account => account.Email), "email");
        Name(accounts.Property(account => account.NormalizedEmail), "normalized_email");
        Name(accounts.Property(account => account.EmailConfirmed), "email_confirmed");
        Name(accounts.Property(account => account.PasswordHash), "password_hash");
        Name(accounts.Property(account => account.SecurityStamp), "security_stamp");
        Name(accounts.Property(account => account.ConcurrencyStamp), "concurrency_stamp").IsRequired();
        Name(accounts.Property(account => account.PhoneNumber), "phone_number");
        Name(accounts.Property(account => account.PhoneNumberConfirmed), "phone_number_confirmed");
        Name(accounts.Property(account => account.TwoFactorEnabled), "two_factor_enabled");
        Name(accounts.Property(account => account.LockoutEnabled), "lockout_enabled");
        Name(accounts.Property(account => account.LockoutEnd), "lockout_end").HasConversion(Milliseconds);
        Name(accounts.Property(account => account.AccessFailedCount), "access_failed_count");
        Name(accounts.Property(account => account.Created), "created")
            .HasConversion(Milliseconds)
            .HasDefaultValueSql("date_trunc('milliseconds', now())")
            .Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
        accounts.HasIndex(account => account.NormalizedUserName).IsUnique().HasDatabaseName(UniqueName);
        accounts.HasIndex(account => account.NormalizedEmail).IsUnique().HasDatabaseName(UniqueEmail);
        // A number that is not confirmed blocks no one.
        accounts.HasIndex(account => account.PhoneNumber).IsUnique().HasDatabaseName(UniquePhone)
            .HasFilter("phone_number_confirmed AND phone_number <> ''");
    }

    // As PostgreSQL itself would name them: lower case, nothing to quote.
    private static void NameConstraints(ModelBuilder builder)
    {
        foreach (var table in builder.Model.GetEntityTypes())
        {
            var name = table.GetTableName();
            table.FindPrimaryKey()?.SetName(name + "_pkey");
            foreach (var reference in table.GetForeignKeys())
            {
                reference.SetConstraintName($"{name}_{reference.Properties[0].GetColumnName()}_fkey");
            }

            foreach (var index in table.GetIndexes().Where(index => !index.IsUnique))
            {
                index.SetDatabaseName($"{name}_{index.Properties[0].GetColumnName()}_idx");
            }
        }
    }

    // Lengths are the rules' business (AccountValidator), which count what people see, not what is stored.
    private static PropertyBuilder<T> Name<T>(PropertyBuilder<T> property, string column)
    {
        property.HasColumnName(column);
        property.Metadata.SetMaxLength(null);
        return property;
    }
}
