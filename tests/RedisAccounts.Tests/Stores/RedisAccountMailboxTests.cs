using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RedisAccounts.Tests.Stores;

/// <summary>The contract of mailboxes, and what is told where two accounts have one.</summary>
public sealed class RedisAccountMailboxTests(AccountServices redis) : AccountMailboxContract, IClassFixture<AccountServices>
{
    private readonly string _prefix = AccountServices.NewPrefix();
    private readonly Warnings _warnings = new();

    protected override IServiceProvider Services() => Start().ServiceProvider;

    [Fact]
    public async Task Two_accounts_with_one_mailbox_are_told_once_with_a_masked_address()
    {
        await PlantAsync("νικος@example.com", "νικοσ@example.com");
        await PlantAsync("νικος@example.com", "νικος@example.com", "second");
        var accounts = Accounts();

        for (var i = 0; i < 3; i++)
        {
            await accounts.FindByEmailAsync(Name("νικος@example.com"));
        }

        var warning = Assert.Single(_warnings.Lines);
        Assert.Contains("***@example.com", warning, StringComparison.Ordinal);
        Assert.DoesNotContain(Name("νικος"), warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_without_former_forms_costs_two_commands_and_another_the_same_whoever_has_it()
    {
        var accounts = Accounts();
        await accounts.CreateAsync(new Account { UserName = "ann", Email = "ann@example.com" });
        await accounts.CreateAsync(new Account { UserName = "nikos", Email = "νικος@example.com" });
        var counts = new List<int>();
        foreach (var address in (string[])["ann@example.com", "nobody@example.com", "νικος@example.com", "νικολαος@example.com"])
        {
            await using var monitor = await redis.Server.MonitorAsync();
            await accounts.FindByEmailAsync(address);
            counts.Add((await monitor.CommandsAsync()).Count(line => line.Contains(_prefix, StringComparison.Ordinal)));
        }

        Assert.Equal([2, 2, 4, 4], counts);
    }

    private AsyncServiceScope Start() => redis.Start(
        options => options.KeyPrefix = _prefix, services => services.AddLogging(logging => logging.AddProvider(_warnings)));

    private sealed class Warnings : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
