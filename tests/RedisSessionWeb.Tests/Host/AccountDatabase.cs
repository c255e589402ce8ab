using Microsoft.Extensions.DependencyInjection;

using RedisSessionWeb.Roles;

using TestServers;

namespace RedisSessionWeb.Tests.Host;

/// <summary>A PostgreSQL with the tables of accounts, and the settings by which the application keeps them there.</summary>
internal sealed class AccountDatabase : IAsyncDisposable
{
    private AccountDatabase(PostgreSqlServer server)
    {
        Server = server;
    }

    public PostgreSqlServer Server { get; }

    public string[] Settings =>
        ["Accounts:Store=PostgreSql", "Accounts:PostgreSql:ConnectionString=" + Server.ConnectionString("accounts"), "Accounts:PostgreSql:Timeout=00:00:02"];

    public static async Task<AccountDatabase> StartAsync()
    {
        var database = new AccountDatabase(await PostgreSqlServer.StartAsync());
        using var command = MigrateAccountsCommand.Build([.. database.Settings.Select(setting => "--" + setting)]);
        Assert.Equal(0, await command.Services.GetRequiredService<ICommand>().RunAsync(TextWriter.Null));
        return database;
    }

    /// <summary>The accounts that have an address.</summary>
    public Task<string> CountAsync(string email) =>
        Server.SqlAsync("accounts", $"SELECT count(*) FROM accounts WHERE normalized_email = '{email}'");

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
