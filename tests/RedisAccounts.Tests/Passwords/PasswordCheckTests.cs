using System.Diagnostics;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.Passwords;

namespace RedisAccounts.Tests.Passwords;

public sealed class PasswordCheckTests(AccountServices redis) : IClassFixture<AccountServices>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Only_the_right_password_of_an_account_is_right()
    {
        await using var scope = redis.Start();
        var (account, check) = await StartAsync(scope);

        Assert.True(await check.IsRightAsync(account, Password));
        Assert.False(await check.IsRightAsync(account, Password + " "));
        Assert.False(await check.IsRightAsync(account, ""));
        Assert.False(await check.IsRightAsync(account, new string('x', 1_000_000)));
        Assert.False(await check.IsRightAsync(null, Password));
        Assert.False(await check.IsRightAsync(new Account(), Password));
    }

    [Fact]
    public async Task Checking_nobody_costs_one_hash_as_checking_somebody_does()
    {
        var hasher = new CountingHasher();
        await using var scope = redis.Start(add: services => services.AddSingleton<IPasswordHasher<Account>>(hasher));
        var (account, check) = await StartAsync(scope);
        hasher.Verified = hasher.Hashed = 0;

        await check.IsRightAsync(account, "wrong password");
        Assert.Equal((1, 0), (hasher.Verified, hasher.Hashed));

        foreach (var nobody in (Account?[])[null, new Account()])
        {
            hasher.Verified = hasher.Hashed = 0;
            await check.IsRightAsync(nobody, "wrong password");
            Assert.Equal((1, 0), (hasher.Verified, hasher.Hashed));
        }
    }

    [Fact]
    public async Task Checking_nobody_takes_as_long_as_checking_somebody()
    {
        await using var scope = redis.Start(cheapHashes: false);
        var (account, check) = await StartAsync(scope);
        var somebody = new List<double>();
        var nobody = new List<double>();
        for (var i = 0; i < 15; i++)
        {
            somebody.Add(await TimeAsync(() => check.IsRightAsync(account, "wrong password")));
            nobody.Add(await TimeAsync(() => check.IsRightAsync(null, "wrong password")));
        }

        // Medians of interleaved samples: other work on the machine meets both alike.
        Assert.InRange(Median(nobody) / Median(somebody), 0.7, 1.4);
    }

    private static async Task<(Account Account, PasswordCheck Check)> StartAsync(AsyncServiceScope scope)
    {
        var account = new Account { UserName = "ann", Email = "ann@example.com" };
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        Assert.True((await accounts.CreateAsync(account, Password)).Succeeded);
        return (account, scope.ServiceProvider.GetRequiredService<PasswordCheck>());
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var started = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(List<double> samples) => samples.Order().ElementAt(samples.Count / 2);

    private sealed class CountingHasher : PasswordHasher<Account>
    {
        public int Hashed { get; set; }

        public int Verified { get; set; }

        public override string HashPassword(Account user, string password)
        {
            Hashed++;
            return base.HashPassword(user, password);
        }

        public override PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
        {
            Verified++;
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
