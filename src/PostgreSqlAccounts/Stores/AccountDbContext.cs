using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

using RedisAccounts;

namespace PostgreSqlAccounts.Stores;

/// <summary>Identity's own context, with tables and columns named as PostgreSQL's people name them.</summary>
internal sealed class AccountDbContext(DbContextOptions<AccountDbContext> options) : IdentityUserContext<Account>(options)
{
    /// <summary>Accounts under way from Redis.</summary>
    public DbSet<MovedAccount> Moves => Set<MovedAccount>();

    // The migrations say what the tables are, not an option of the application.
    protected override Version SchemaVersion => IdentitySchemaVersions.Version1;

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        AccountModel.Describe(builder);
    }
}
