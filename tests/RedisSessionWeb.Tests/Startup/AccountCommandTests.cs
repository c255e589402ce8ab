using System.Diagnostics;
using System.Globalization;

using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Startup;

/// <summary>The commands that bring accounts to PostgreSQL, as an operator runs them.</summary>
public sealed class AccountCommandTests : IAsyncDisposable
{
    private const int Count = 200;

    // A command that refuses its settings asks neither: its tests start none.
    private PostgreSqlServer _postgres = null!;
    private RedisServer _redis = null!;

    private string[] Settings => _redis is null
        ? []
        : ["Redis:ConnectionString=" + _redis.ConnectionString, "Accounts:PostgreSql:ConnectionString=" + _postgres.ConnectionString("accounts")];

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_tables_are_made_once_and_accounts_move_even_when_the_command_is_killed_on_the_way()
    {
        await StartServersAsync();
        await CreateAccountsAsync(Enumerable.Range(0, Count).Select(n => ($"id{n}", $"user{n}@example.com")));
        var (code, output, errors) = await RunAsync("role=move-accounts");
        Assert.Equal(69, code);
        Assert.Contains("migrate", Assert.Single(errors), StringComparison.Ordinal);

        (code, output, _) = await RunAsync("role=migrate-accounts");
        Assert.Equal((0, "The tables of accounts are ready."), (code, output[^1]));
        (code, output, _) = await RunAsync("role=migrate-accounts");
        Assert.Equal((0, "Nothing to do: the tables of accounts are of this version."), (code, Assert.Single(output)));

        await KillOnTheWayAsync();
        (code, output, _) = await RunAsync("role=move-accounts");
        Assert.Equal(0, code);
        Assert.EndsWith("0 stay in Redis.", output[^1], StringComparison.Ordinal);
        Assert.Equal(Count.ToString(CultureInfo.InvariantCulture), await _postgres.SqlAsync("accounts", "SELECT count(DISTINCT normalized_email) FROM accounts"));

        (code, output, _) = await RunAsync("role=move-accounts");
        Assert.Equal((0, "Nothing to do: there is no account in Redis."), (code, Assert.Single(output)));
    }

    [Fact]
    public async Task An_account_that_cannot_be_moved_is_named_by_its_id_and_the_exit_code_says_so()
    {
        await StartServersAsync();
        await RunAsync("role=migrate-accounts");
        await CreateAccountsAsync([("in-redis", "one@example.com")]);
        await _postgres.SqlAsync(
            "accounts",
            "INSERT INTO accounts (id, name, normalized_name, email, normalized_email, email_confirmed, concurrency_stamp, phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count)"
            + " VALUES ('in-postgresql', 'x', 'x', 'one@example.com', 'one@example.com', true, 's', false, false, false, 0)");

        var (code, output, _) = await RunAsync("role=move-accounts");

        Assert.Equal(1, code);
        Assert.Equal("Stays in Redis: account in-redis, another account in PostgreSQL has its address.", output[0]);
        Assert.DoesNotContain(output, line => line.Contains("one@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_application_does_not_start_without_tables_or_without_PostgreSQL_and_says_what_to_do()
    {
        await StartServersAsync();
        var (code, _, errors) = await RunAsync("Accounts:Store=PostgreSql", "urls=http://127.0.0.1:0", "environment=Development");
        Assert.Equal(78, code);
        Assert.Contains("--role migrate-accounts", Assert.Single(errors), StringComparison.Ordinal);

        await _postgres.StopAsync();
        (code, _, errors) = await RunAsync("Accounts:Store=PostgreSql", "urls=http://127.0.0.1:0", "environment=Development");
        Assert.Equal(69, code);
        Assert.Contains("Accounts:PostgreSql:ConnectionString", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Accounts:Store is 'Oracle'; allowed: Redis, PostgreSql.", "Accounts:Store=Oracle")]
    [InlineData("Accounts:PostgreSql:ConnectionString is empty", "Accounts:Store=PostgreSql", "Accounts:PostgreSql:ConnectionString=")]
    [InlineData("--role is 'migrate'; allowed: web, verify, migrate-accounts, move-accounts.", "role=migrate")]
    public async Task A_wrong_setting_is_refused_with_its_key_and_what_is_allowed(string line, params string[] settings)
    {
        await using var errors = new StringWriter();

        var code = await Program.RunAsync(
            [.. settings.Select(setting => "--" + setting), "--environment=Development", "--contentRoot=" + SourceTree.Root, RunningApp.WithoutWatching], TextWriter.Null, errors);

        Assert.Equal(78, code);
        Assert.StartsWith("RedisSessionWeb: " + line, Assert.Single(Lines(errors.ToString())), StringComparison.Ordinal);
    }

    private async Task StartServersAsync()
    {
        _postgres = await PostgreSqlServer.StartAsync();
        _redis = await RedisServer.StartAsync();
    }

    // As the store in Redis writes them; the tests of the store hold what that is. One script: a redis-cli for each
    // account would cost more than the rest of the test.
    private async Task CreateAccountsAsync(IEnumerable<(string Id, string Email)> accounts) => Assert.Equal("OK", await _redis.CliAsync(
    [
        "EVAL",
        """
        for i = 1, #ARGV, 2 do
          local id, email = ARGV[i], ARGV[i + 1]
          redis.call('HSET', 'ACCOUNT:{all}:id:' .. id, 'id', id, 'created', '1790000000000', 'stamp', 's-' .. id, 'name', email,
            'name_key', email, 'email', email, 'email_key', email, 'email_ok', '1')
          redis.call('MSET', 'ACCOUNT:{all}:name:' .. email, id, 'ACCOUNT:{all}:email:' .. email, id)
        end
        return 'OK'
        """,
        "0", .. accounts.SelectMany(account => new[] { account.Id, account.Email }),
    ]));

    private async Task KillOnTheWayAsync()
    {
        using var process = Start("role=move-accounts");
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        // It has to start first, and ends by itself.
        await Eventually.TrueWithinAsync(TimeSpan.FromSeconds(60), async () =>
            process.HasExited || await _postgres.SqlAsync("accounts", "SELECT count(*) > 0 FROM accounts") == "t");
        process.Kill();
        await process.WaitForExitAsync();
    }

    private async Task<(int ExitCode, string[] Output, string[] Errors)> RunAsync(params string[] settings)
    {
        using var process = Start(settings);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, Lines(await output), Lines(errors));
    }

    private Process Start(params string[] settings)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = SourceTree.Root };
        start.ArgumentList.Add(typeof(Program).Assembly.Location);
        foreach (var argument in Settings.Concat(settings))
        {
            start.ArgumentList.Add("--" + argument);
        }

        return Process.Start(start)!;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
