using System.Diagnostics;
using System.Globalization;
using System.Net;

using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.SignIn;

using RespClient;

using TestServers;

namespace RedisAccounts.Tests.SignIn;

public sealed class SignInThrottleTests : IClassFixture<AccountServices>, IAsyncLifetime
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.1");

    private readonly AccountServices _redis;
    private readonly string _prefix = AccountServices.NewPrefix();
    private AsyncServiceScope _scope;

    public SignInThrottleTests(AccountServices redis)
    {
        _redis = redis;
        _scope = Start(_ => { });
    }

    private SignInThrottle Throttle => _scope.ServiceProvider.GetRequiredService<SignInThrottle>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _scope.DisposeAsync();

    [Fact]
    public async Task The_first_five_failures_are_free_and_the_next_try_waits_two_seconds()
    {
        var ann = new SignInAttempt("ann", Home, null);
        for (var i = 0; i < 5; i++)
        {
            Assert.True((await Throttle.BeginAsync(ann)).IsAllowed);
        }

        var refused = await Throttle.BeginAsync(ann);

        Assert.False(refused.IsAllowed);
        Assert.InRange(refused.RetryAfter, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(refused.RetryAfterSeconds, 1, 2);
    }

    [Fact]
    public async Task On_a_full_server_no_browser_is_remembered_and_no_known_one_forgotten()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var scope = _redis.Start(o => o.KeyPrefix = _prefix, services => services.AddSingleton<IRedisClient>(client));
        var throttle = scope.ServiceProvider.GetRequiredService<SignInThrottle>();
        await throttle.RememberAsync("ann", null);
        var key = $"{_prefix}{{all}}:devices:{AccountKeys.Hash("ann")}";
        await server.CliAsync("ZADD", key, "1", "a browser whose time is over");
        var before = await server.CliAsync("DEBUG", "DIGEST");
        await server.CliAsync("CONFIG", "SET", "maxmemory", "1");

        await Assert.ThrowsAsync<RedisServerException>(async () => await throttle.RememberAsync("ann", null));

        Assert.Equal(before, await server.CliAsync("DEBUG", "DIGEST"));
    }

    [Fact]
    public async Task The_wait_doubles_with_each_failure_up_to_fifteen_minutes()
    {
        var ann = new SignInAttempt("ann", Home, null);
        var tried = Stopwatch.GetTimestamp();
        await FailAsync(ann, 5);

        // After 1,022 s of waiting one failure is forgotten, so 512 comes twice; from 900 on, one is forgotten in each.
        foreach (var seconds in (double[])[2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 900, 900])
        {
            var refused = await Throttle.BeginAsync(ann);
            // The wait runs while the test does, however slow the machine is.
            Assert.InRange(refused.RetryAfter.TotalSeconds, seconds - Stopwatch.GetElapsedTime(tried).TotalSeconds - 0.01, seconds);
            await PassAsync(refused.RetryAfter);
            tried = Stopwatch.GetTimestamp();
            Assert.True((await Throttle.BeginAsync(ann)).IsAllowed);
        }
    }

    [Fact]
    public async Task The_seconds_told_are_the_true_ones()
    {
        await using var quick = Start(options => options.SignIn.FirstDelay = TimeSpan.FromMilliseconds(300));
        var throttle = quick.ServiceProvider.GetRequiredService<SignInThrottle>();
        var ann = new SignInAttempt("ann", Home, null);
        await FailAsync(ann, 5, throttle);
        var told = (await throttle.BeginAsync(ann)).RetryAfter;
        var asked = Stopwatch.GetTimestamp();

        await Eventually.TrueAsync(async () => (await throttle.BeginAsync(ann)).IsAllowed);

        Assert.InRange(Stopwatch.GetElapsedTime(asked), told - TimeSpan.FromMilliseconds(20), told + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Asking_while_refused_does_not_prolong_the_wait()
    {
        var ann = new SignInAttempt("ann", Home, null);
        await FailAsync(ann, 5);
        var first = (await Throttle.BeginAsync(ann)).RetryAfter;
        for (var i = 0; i < 50; i++)
        {
            Assert.True((await Throttle.BeginAsync(ann)).RetryAfter <= first);
        }
    }

    [Fact]
    public async Task Of_a_hundred_parallel_tries_five_are_let_through()
    {
        var ann = new SignInAttempt("ann", Home, null);

        var permits = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Throttle.BeginAsync(ann).AsTask()));

        Assert.Equal(5, permits.Count(permit => permit.IsAllowed));
    }

    [Fact]
    public async Task A_right_password_gives_back_what_was_spent()
    {
        var ann = new SignInAttempt("ann", Home, null);
        for (var round = 0; round < 30; round++)
        {
            await FailAsync(ann, 4);
            await SucceedAsync(ann);
            await PassAsync(TimeSpan.FromMinutes(4));
        }

        await FailAsync(ann, 4);
    }

    [Fact]
    public async Task One_failure_is_forgotten_after_each_longest_wait()
    {
        var ann = new SignInAttempt("ann", Home, null);
        await FailAsync(ann, 4);
        await PassAsync(TimeSpan.FromMinutes(31));

        await FailAsync(ann, 3);

        Assert.False((await Throttle.BeginAsync(ann)).IsAllowed);
    }

    [Fact]
    public async Task A_stranger_who_guesses_does_not_keep_the_owner_out_of_a_known_browser()
    {
        var token = await SucceedAsync(new SignInAttempt("ann", Home, null));
        await AttackAsync("ann", networks: 40);
        Assert.False((await Throttle.BeginAsync(new SignInAttempt("ann", IPAddress.Parse("198.51.100.7"), null))).IsAllowed);

        // From anywhere, even from the network the stranger guesses from.
        foreach (var place in (string[])["192.0.2.1", "203.0.113.0", "2001:db8::1"])
        {
            var permit = await Throttle.BeginAsync(new SignInAttempt("ann", IPAddress.Parse(place), token));
            Assert.True(permit.IsAllowed);
            Assert.True(permit.IsKnownDevice);
            await Throttle.SucceededAsync(new SignInAttempt("ann", IPAddress.Parse(place), token), permit);
        }
    }

    [Fact]
    public async Task A_stranger_from_many_networks_only_slows_an_unknown_browser_down()
    {
        await AttackAsync("ann", networks: 300);

        var refused = await Throttle.BeginAsync(new SignInAttempt("ann", Home, null));
        Assert.InRange(refused.RetryAfter, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
        await PassAsync(refused.RetryAfter);

        Assert.True((await Throttle.BeginAsync(new SignInAttempt("ann", Home, null))).IsAllowed);
    }

    [Fact]
    public async Task Guesses_at_one_account_do_not_slow_another_down()
    {
        await AttackAsync("ann", networks: 40);

        Assert.True((await Throttle.BeginAsync(new SignInAttempt("bob", IPAddress.Parse("198.51.100.7"), null))).IsAllowed);
    }

    [Fact]
    public async Task One_network_that_guesses_at_many_accounts_is_slowed_down()
    {
        var allowed = 0;
        for (var i = 0; i < 100; i++)
        {
            var attempt = new SignInAttempt("user" + i.ToString(CultureInfo.InvariantCulture), Home, null);
            allowed += (await Throttle.BeginAsync(attempt)).IsAllowed ? 1 : 0;
        }

        Assert.Equal(50, allowed);
        Assert.True((await Throttle.BeginAsync(new SignInAttempt("user99", IPAddress.Parse("192.0.2.2"), null))).IsAllowed);
    }

    [Fact]
    public async Task Addresses_of_one_IPv6_network_share_one_budget()
    {
        for (var i = 0; i < 5; i++)
        {
            var attempt = new SignInAttempt("ann", IPAddress.Parse($"2001:db8::{i + 1}"), null);
            Assert.True((await Throttle.BeginAsync(attempt)).IsAllowed);
        }

        Assert.False((await Throttle.BeginAsync(new SignInAttempt("ann", IPAddress.Parse("2001:db8::99"), null))).IsAllowed);
    }

    [Fact]
    public async Task A_known_browser_that_guesses_is_held_to_its_own_budget()
    {
        var token = await SucceedAsync(new SignInAttempt("ann", Home, null));
        var thief = new SignInAttempt("ann", Home, token);
        await FailAsync(thief, 5);

        Assert.False((await Throttle.BeginAsync(thief)).IsAllowed);
        Assert.False((await Throttle.BeginAsync(thief with { Address = IPAddress.Parse("198.51.100.7") })).IsAllowed);
        Assert.True((await Throttle.BeginAsync(new SignInAttempt("ann", Home, null))).IsAllowed);
    }

    [Fact]
    public async Task A_token_of_one_account_says_nothing_to_another()
    {
        var token = await SucceedAsync(new SignInAttempt("ann", Home, null));

        Assert.False((await Throttle.BeginAsync(new SignInAttempt("bob", Home, token))).IsKnownDevice);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("***************************************////")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_token_nobody_gave_out_is_ignored(string token)
    {
        var attempt = new SignInAttempt("ann", Home, token);

        var permit = await Throttle.BeginAsync(attempt);

        Assert.True(permit.IsAllowed);
        Assert.False(permit.IsKnownDevice);
        Assert.NotEqual(token, await Throttle.SucceededAsync(attempt, permit));
    }

    [Fact]
    public async Task A_known_browser_keeps_its_token_and_a_forgotten_one_gets_another()
    {
        var token = await SucceedAsync(new SignInAttempt("ann", Home, null));
        Assert.Equal(token, await SucceedAsync(new SignInAttempt("ann", Home, token)));
        Assert.Equal(token, await Throttle.RememberAsync("ann", token));

        await Throttle.ForgetDevicesAsync("ann");

        Assert.False((await Throttle.BeginAsync(new SignInAttempt("ann", Home, token))).IsKnownDevice);
        Assert.NotEqual(token, await Throttle.RememberAsync("ann", token));
    }

    [Fact]
    public async Task A_browser_is_found_by_its_token_until_it_is_forgotten_or_its_time_is_over()
    {
        var token = await Throttle.RememberAsync("ann", null);
        var name = await Throttle.FindBrowserAsync("ann", token);
        Assert.NotNull(name);
        Assert.NotEqual(token, name);
        Assert.Null(await Throttle.FindBrowserAsync("bob", token));
        Assert.Null(await Throttle.FindBrowserAsync("ann", null));
        Assert.Null(await Throttle.FindBrowserAsync("ann", "no token"));

        var key = (await KeysAsync()).Single(key => key.Contains(":devices:", StringComparison.Ordinal));
        await _redis.Server.CliAsync("ZADD", key, "1", name);
        Assert.Null(await Throttle.FindBrowserAsync("ann", token));

        await Throttle.RememberAsync("ann", token);
        await Throttle.ForgetDevicesAsync("ann");
        Assert.Null(await Throttle.FindBrowserAsync("ann", token));
    }

    [Fact]
    public async Task An_account_remembers_its_last_twenty_browsers()
    {
        var first = await Throttle.RememberAsync("ann", null);
        for (var i = 0; i < 25; i++)
        {
            await Throttle.RememberAsync("ann", null);
        }

        Assert.False((await Throttle.BeginAsync(new SignInAttempt("ann", Home, first))).IsKnownDevice);
        var key = (await KeysAsync()).Single(key => key.Contains(":devices:", StringComparison.Ordinal));
        Assert.Equal("20", await _redis.Server.CliAsync("ZCARD", key));
    }

    [Fact]
    public async Task A_try_costs_one_round_trip_and_a_success_two_commands_sent_together()
    {
        await SucceedAsync(new SignInAttempt("warm", Home, null));
        await using var monitor = await _redis.Server.MonitorAsync();

        await SucceedAsync(new SignInAttempt("ann", Home, null));

        Assert.Equal(3, (await monitor.CommandsAsync()).Count(line => line.Contains(_prefix, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Redis_keeps_neither_tokens_nor_what_was_typed_and_every_key_expires()
    {
        var token = await SucceedAsync(new SignInAttempt("hunter2", Home, null));
        await Throttle.BeginAsync(new SignInAttempt("hunter2", Home, token));
        await FailAsync(new SignInAttempt("hunter2", Home, null), 5);

        var keys = await KeysAsync();
        Assert.Equal(5, keys.Length);
        foreach (var key in keys)
        {
            var dump = key + await _redis.Server.CliAsync(
                "EVAL", "return redis.call('TYPE', KEYS[1]).ok == 'hash' and redis.call('HGETALL', KEYS[1]) or redis.call('ZRANGE', KEYS[1], 0, -1)", "1", key);
            Assert.DoesNotContain("hunter2", dump, StringComparison.Ordinal);
            Assert.DoesNotContain(token, dump, StringComparison.Ordinal);
            Assert.True(long.Parse(await _redis.Server.CliAsync("PTTL", key), CultureInfo.InvariantCulture) > 0, key);
        }
    }

    [Fact]
    public async Task A_permit_that_allowed_nothing_cannot_succeed()
    {
        var ann = new SignInAttempt("ann", Home, null);
        await FailAsync(ann, 5);
        var refused = await Throttle.BeginAsync(ann);

        await Assert.ThrowsAsync<ArgumentException>(() => Throttle.SucceededAsync(ann, refused).AsTask());
    }

    private AsyncServiceScope Start(Action<AccountOptions> configure) => _redis.Start(options =>
    {
        options.KeyPrefix = _prefix;
        configure(options);
    });

    private async Task FailAsync(SignInAttempt attempt, int times, SignInThrottle? throttle = null)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.True((await (throttle ?? Throttle).BeginAsync(attempt)).IsAllowed);
        }
    }

    private async Task<string> SucceedAsync(SignInAttempt attempt)
    {
        var permit = await Throttle.BeginAsync(attempt);
        Assert.True(permit.IsAllowed);
        return await Throttle.SucceededAsync(attempt, permit);
    }

    // Guesses from one network after another, each as soon as it is allowed.
    private async Task AttackAsync(string subject, int networks)
    {
        for (var i = 0; i < networks; i++)
        {
            var attempt = new SignInAttempt(subject, new IPAddress([203, 0, (byte)(113 + (i / 256)), (byte)i]), null);
            var permit = await Throttle.BeginAsync(attempt);
            if (!permit.IsAllowed)
            {
                await PassAsync(permit.RetryAfter);
                Assert.True((await Throttle.BeginAsync(attempt)).IsAllowed);
            }
        }
    }

    private Task PassAsync(TimeSpan time) => _redis.PassAsync(_prefix, time);

    private async Task<string[]> KeysAsync() =>
        (await _redis.Server.CliAsync("--scan", "--pattern", _prefix + "*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
