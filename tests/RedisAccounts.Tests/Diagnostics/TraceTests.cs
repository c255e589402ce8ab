using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisAccounts.Passwords;
using RedisAccounts.SignIn;

namespace RedisAccounts.Tests.Diagnostics;

/// <summary>What accounts leave in logs and metrics.</summary>
public sealed class TraceTests(AccountServices redis) : IClassFixture<AccountServices>
{
    private const string Password = "correct horse battery";

    private readonly ConcurrentQueue<string> _log = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();

    [Fact]
    public async Task Metrics_count_accounts_conflicts_and_tries_by_kind()
    {
        await using var scope = Start();
        using var listener = Listen(scope);

        await LiveAsync(scope);

        Assert.Equal(
            new Dictionary<string, long>
            {
                ["accounts.created"] = 1,
                ["accounts.conflicts kind=email"] = 1,
                ["accounts.conflicts kind=stamp"] = 1,
                ["accounts.deleted"] = 1,
                ["accounts.sign_in.asked allowed=True known_device=False"] = 5,
                ["accounts.sign_in.asked allowed=False known_device=False"] = 1,
            }.Order(new ByKey()),
            _counts.Order(new ByKey()));
    }

    [Fact]
    public async Task No_line_of_the_log_shows_a_name_an_address_a_password_or_a_whole_id()
    {
        await using var scope = Start();

        var account = await LiveAsync(scope);

        var log = string.Join('\n', _log);
        Assert.Contains("was made", log, StringComparison.Ordinal);
        Assert.Contains("was deleted", log, StringComparison.Ordinal);
        Assert.Contains("A try of a password was refused for 2 s", log, StringComparison.Ordinal);
        foreach (var secret in (string[])["Annabel", "ann@example.com", Password, account.Id])
        {
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
        }
    }

    // A life of an account in which everything happens that is counted or logged.
    private static async Task<Account> LiveAsync(AsyncServiceScope scope)
    {
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var throttle = scope.ServiceProvider.GetRequiredService<SignInThrottle>();
        var check = scope.ServiceProvider.GetRequiredService<PasswordCheck>();
        var account = new Account { UserName = "Annabel", Email = "ann@example.com" };
        Assert.True((await accounts.CreateAsync(account, Password)).Succeeded);
        await accounts.CreateAsync(new Account { UserName = "Other", Email = "ann@example.com" }, Password);
        for (var i = 0; i < 6; i++)
        {
            if ((await throttle.BeginAsync(new SignInAttempt(account.Id, IPAddress.Loopback, null))).IsAllowed)
            {
                await check.IsRightAsync(account, "wrong " + Password);
            }
        }

        var stale = (await accounts.FindByIdAsync(account.Id))!;
        Assert.True((await accounts.SetPhoneNumberAsync(account, "+441632960000")).Succeeded);
        Assert.False((await accounts.DeleteAsync(stale)).Succeeded);
        Assert.True((await accounts.DeleteAsync(account)).Succeeded);
        return account;
    }

    private AsyncServiceScope Start() => redis.Start(add: services =>
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Lines(_log))));

    private MeterListener Listen(AsyncServiceScope scope)
    {
        var meters = scope.ServiceProvider.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "RedisAccounts" && instrument.Meter.Scope == meters)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
        {
            var name = instrument.Name;
            foreach (var tag in tags)
            {
                name += $" {tag.Key}={tag.Value}";
            }

            _counts.AddOrUpdate(name, count, (_, before) => before + count);
        });
        listener.Start();
        return listener;
    }

    private sealed class ByKey : IComparer<KeyValuePair<string, long>>
    {
        public int Compare(KeyValuePair<string, long> x, KeyValuePair<string, long> y) => string.CompareOrdinal(x.Key, y.Key);
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }
}
