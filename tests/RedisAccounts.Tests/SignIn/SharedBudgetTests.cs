using System.Globalization;
using System.Net;

using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.SignIn;

namespace RedisAccounts.Tests.SignIn;

/// <summary>What a success, an expiry and a setting do to the budgets that many share.</summary>
public sealed class SharedBudgetTests(AccountServices redis) : IClassFixture<AccountServices>, IAsyncLifetime
{
    private readonly string _prefix = AccountServices.NewPrefix();
    private AsyncServiceScope _scope;

    private SignInThrottle Throttle => _scope.ServiceProvider.GetRequiredService<SignInThrottle>();

    public ValueTask InitializeAsync()
    {
        Start(_ => { });
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _scope.DisposeAsync();

    [Fact]
    public async Task A_success_of_ones_own_does_not_wipe_out_what_a_network_has_failed()
    {
        for (var i = 0; i < 45; i++)
        {
            Assert.True(await TryAsync(User(i), Network(0)));
        }

        for (var i = 0; i < 10; i++)
        {
            await SucceedAsync(new SignInAttempt("own", Network(0), null));
        }

        for (var i = 45; i < 50; i++)
        {
            Assert.True(await TryAsync(User(i), Network(0)));
        }

        Assert.False(await TryAsync(User(50), Network(0)));
    }

    [Fact]
    public async Task A_success_of_ones_own_does_not_wipe_out_what_strangers_have_failed_at_the_account()
    {
        for (var i = 0; i < 18; i++)
        {
            Assert.True(await TryAsync("ann", Network(i)));
        }

        await SucceedAsync(new SignInAttempt("ann", Network(100), null));

        Assert.True(await TryAsync("ann", Network(18)));
        Assert.True(await TryAsync("ann", Network(19)));
        Assert.False(await TryAsync("ann", Network(20)));
    }

    [Fact]
    public async Task A_known_browser_that_signs_in_gives_strangers_no_tries_back()
    {
        var token = await Throttle.RememberAsync("ann", null);
        for (var i = 0; i < 19; i++)
        {
            Assert.True(await TryAsync("ann", Network(i)));
        }

        for (var i = 0; i < 5; i++)
        {
            await SucceedAsync(new SignInAttempt("ann", Network(100), token));
        }

        Assert.True(await TryAsync("ann", Network(19)));
        Assert.False(await TryAsync("ann", Network(20)));
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(50, true)]
    public async Task A_success_with_the_last_free_try_leaves_nobody_waiting(int free, bool isNetwork)
    {
        for (var i = 0; i < free - 1; i++)
        {
            Assert.True(await (isNetwork ? TryAsync(User(i), Network(0)) : TryAsync("ann", Network(i))));
        }

        await SucceedAsync(new SignInAttempt("ann", Network(isNetwork ? 0 : 100), null));

        Assert.True(await (isNetwork ? TryAsync(User(free), Network(0)) : TryAsync("ann", Network(free))));
    }

    [Fact]
    public async Task A_browser_whose_time_is_over_is_a_stranger_and_gets_another_token()
    {
        var token = await Throttle.RememberAsync("ann", null);
        var name = await Throttle.FindBrowserAsync("ann", token);
        await redis.Server.CliAsync("ZADD", $"{_prefix}{{all}}:devices:{AccountKeys.Hash("ann")}", "1", name!);

        Assert.False((await Throttle.BeginAsync(new SignInAttempt("ann", Network(0), token))).IsKnownDevice);
        Assert.NotEqual(token, await Throttle.RememberAsync("ann", token));
    }

    [Theory]
    [InlineData("FreeFailures")]
    [InlineData("FreeFailuresPerAccount")]
    [InlineData("FreeFailuresPerNetwork")]
    public async Task Each_number_of_free_failures_is_the_one_that_is_configured(string which)
    {
        Start(options => _ = which switch
        {
            "FreeFailures" => options.FreeFailures = 2,
            "FreeFailuresPerAccount" => options.FreeFailuresPerAccount = 2,
            _ => options.FreeFailuresPerNetwork = 2,
        });
        Task<bool> AgainAsync(int i) => TryAsync(which == "FreeFailuresPerNetwork" ? User(i) : "ann", Network(which == "FreeFailuresPerAccount" ? i : 0));

        Assert.True(await AgainAsync(0));
        Assert.True(await AgainAsync(1));
        Assert.False(await AgainAsync(2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_wait_and_the_longest_are_those_that_are_configured(bool isShared)
    {
        Start(options =>
        {
            options.FirstDelay = TimeSpan.FromSeconds(60);
            options.MaxDelay = TimeSpan.FromSeconds(isShared ? 3600 : 90);
            options.MaxSharedDelay = TimeSpan.FromSeconds(isShared ? 90 : 3600);
            (options.FreeFailures, options.FreeFailuresPerNetwork) = isShared ? (100, 1) : (1, 100);
        });
        Task<SignInPermit> AgainAsync(int i) => Throttle.BeginAsync(new SignInAttempt(isShared ? User(i) : "ann", Network(0), null)).AsTask();

        Assert.True((await AgainAsync(0)).IsAllowed);
        var first = (await AgainAsync(1)).RetryAfter;
        await redis.PassAsync(_prefix, first);
        Assert.True((await AgainAsync(1)).IsAllowed);
        var second = (await AgainAsync(2)).RetryAfter;

        Assert.InRange(first.TotalSeconds, 30, 60);
        Assert.InRange(second.TotalSeconds, 61, 90);
    }

    [Fact]
    public async Task A_browser_is_remembered_for_as_long_as_is_configured()
    {
        Start(options => options.DeviceLifetime = TimeSpan.FromDays(2));

        await Throttle.RememberAsync("ann", null);

        var left = await redis.Server.CliAsync("TTL", $"{_prefix}{{all}}:devices:{AccountKeys.Hash("ann")}");
        Assert.InRange(int.Parse(left, CultureInfo.InvariantCulture), 172_000, 172_800);
    }

    private static string User(int number) => string.Create(CultureInfo.InvariantCulture, $"user{number}");

    private static IPAddress Network(int number) => new([203, 0, 113, (byte)number]);

    private void Start(Action<SignInThrottleOptions> configure) => _scope = redis.Start(options =>
    {
        options.KeyPrefix = _prefix;
        configure(options.SignIn);
    });

    private async Task<bool> TryAsync(string subject, IPAddress network) =>
        (await Throttle.BeginAsync(new SignInAttempt(subject, network, null))).IsAllowed;

    private async Task SucceedAsync(SignInAttempt attempt)
    {
        var permit = await Throttle.BeginAsync(attempt);
        Assert.True(permit.IsAllowed);
        await Throttle.SucceededAsync(attempt, permit);
    }
}
