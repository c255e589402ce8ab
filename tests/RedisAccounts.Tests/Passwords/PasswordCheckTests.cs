using System.Buffers.Binary;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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
        var hasher = new CountingHasher(new PasswordHasher<Account>());
        await using var scope = redis.Start(add: services => services.AddSingleton<IPasswordHasher<Account>>(hasher));
        var (account, check) = await StartAsync(scope);
        // The first check of all also makes the hash that nobody is compared with.
        await check.IsRightAsync(account, "wrong password");
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

    // What a check takes is the rounds of the hash it runs. A clock would measure the machine, too.
    [Fact]
    public async Task Checking_nobody_runs_as_many_rounds_of_the_same_function_as_checking_somebody()
    {
        CountingHasher hasher = null!;
        await using var scope = redis.Start(
            options => options.HashIterations = 220_000,
            services => services.AddSingleton<IPasswordHasher<Account>>(provider => hasher =
                new CountingHasher(new AccountPasswordHasher(provider.GetRequiredService<IOptions<PasswordHasherOptions>>()))),
            cheapHashes: false);
        var (account, check) = await StartAsync(scope);

        await check.IsRightAsync(account, "wrong password");
        var somebody = hasher.LastWork;
        await check.IsRightAsync(null, "wrong password");

        Assert.Equal(220_000u, somebody.Rounds);
        Assert.Equal(somebody, hasher.LastWork);
    }

    private static async Task<(Account Account, PasswordCheck Check)> StartAsync(AsyncServiceScope scope)
    {
        var account = new Account { UserName = "ann", Email = "ann@example.com" };
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        Assert.True((await accounts.CreateAsync(account, Password)).Succeeded);
        return (account, scope.ServiceProvider.GetRequiredService<PasswordCheck>());
    }

    private sealed class CountingHasher(IPasswordHasher<Account> hasher) : IPasswordHasher<Account>
    {
        public int Hashed { get; set; }

        public int Verified { get; set; }

        /// <summary>What the last check had to compute: Identity's format names it in the first 13 bytes of a hash.</summary>
        public (uint Function, uint Rounds, uint SaltBytes, int HashBytes) LastWork { get; private set; }

        public string HashPassword(Account user, string password)
        {
            Hashed++;
            return hasher.HashPassword(user, password);
        }

        public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
        {
            Verified++;
            var hash = Convert.FromBase64String(hashedPassword);
            LastWork = (Number(hash, 1), Number(hash, 5), Number(hash, 9), hash.Length);
            return hasher.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }

        private static uint Number(byte[] hash, int at) => BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(at));
    }
}
