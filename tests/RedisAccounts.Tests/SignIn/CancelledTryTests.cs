using System.Net;

using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.SignIn;

namespace RedisAccounts.Tests.SignIn;

public sealed class CancelledTryTests(AccountServices redis) : IClassFixture<AccountServices>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_try_that_was_not_compared_costs_nothing_and_clears_no_failure_before_it(bool isKnown)
    {
        await using var scope = redis.Start();
        var throttle = scope.ServiceProvider.GetRequiredService<SignInThrottle>();
        var token = isKnown ? await throttle.RememberAsync("ann", null) : null;
        var ann = new SignInAttempt("ann", IPAddress.Loopback, token);
        for (var i = 0; i < 4; i++)
        {
            Assert.True((await throttle.BeginAsync(ann)).IsAllowed);
        }

        for (var i = 0; i < 10; i++)
        {
            var permit = await throttle.BeginAsync(ann);
            Assert.True(permit.IsAllowed);
            await throttle.CancelAsync(ann, permit);
        }

        Assert.True((await throttle.BeginAsync(ann)).IsAllowed);
        Assert.False((await throttle.BeginAsync(ann)).IsAllowed);
    }
}
