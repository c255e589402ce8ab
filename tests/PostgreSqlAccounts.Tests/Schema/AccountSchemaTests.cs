using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

using PostgreSqlAccounts.Schema;
using PostgreSqlAccounts.Stores;

using RedisAccounts;

namespace PostgreSqlAccounts.Tests.Schema;

public sealed class AccountSchemaTests(PostgreSql postgres)
{
    [Fact]
    public async Task The_migrations_make_exactly_the_tables_that_the_source_wants()
    {
        await using var services = postgres.Open(await postgres.CreateDatabaseAsync());
        await using var scope = services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<AccountDbContext>();

        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task An_empty_database_gets_its_tables_once_and_a_second_run_has_nothing_to_do()
    {
        await using var services = postgres.Open(await postgres.Server.CreateDatabaseAsync());
        var schema = services.GetRequiredService<AccountSchema>();
        var missing = await schema.FindMissingAsync();

        Assert.NotEmpty(missing);
        Assert.Equal(missing, await schema.MigrateAsync());
        Assert.Empty(await schema.FindMissingAsync());
        Assert.Empty(await schema.MigrateAsync());
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_made()
    {
        await using var services = postgres.Open($"t{Guid.NewGuid():N}");
        var schema = services.GetRequiredService<AccountSchema>();

        Assert.NotEmpty(await schema.MigrateAsync());

        Assert.Empty(await schema.FindMissingAsync());
    }

    [Fact]
    public async Task Two_migrations_at_once_do_not_stand_in_each_others_way()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        await using var one = postgres.Open(database);
        await using var other = postgres.Open(database);

        await Task.WhenAll(one.GetRequiredService<AccountSchema>().MigrateAsync(), other.GetRequiredService<AccountSchema>().MigrateAsync());

        Assert.Empty(await one.GetRequiredService<AccountSchema>().FindMissingAsync());
    }

    [Fact]
    public async Task Every_migration_can_be_taken_back()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var services = postgres.Open(database);
        await using var scope = services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<AccountDbContext>();

        await context.GetService<IMigrator>().MigrateAsync(Migration.InitialDatabase);

        Assert.Equal("account_migrations", await postgres.Server.SqlAsync(
            database, "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task Without_tables_the_store_says_what_to_do()
    {
        await using var services = postgres.Open(await postgres.Server.CreateDatabaseAsync());
        await using var scope = services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();

        var e = await Assert.ThrowsAsync<AccountsUnavailableException>(() => accounts.FindByNameAsync("ann"));

        Assert.Contains("migrate", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AccountsUnavailableException>(
            () => accounts.CreateAsync(new Account { UserName = "ann", Email = "ann@example.com" }, "correct horse battery"));
    }
}
