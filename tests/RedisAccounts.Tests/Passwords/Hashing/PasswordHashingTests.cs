using System.Net;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.Passwords;
using RedisAccounts.Passwords.Hashing;

namespace RedisAccounts.Tests.Passwords.Hashing;

public sealed class PasswordHashingTests(AccountServices redis) : IClassFixture<AccountServices>
{
    private const string Password = "correct horse battery";
    private const string Other = "other horse battery";

    [Fact]
    public async Task Nothing_that_hashes_or_compares_a_password_runs_on_a_thread_of_the_pool()
    {
        var hasher = new WatchedHasher();
        await using var scope = Start(hasher, add: services => services
            .AddScoped<EmailTokenProvider<Account>>()
            .Configure<IdentityOptions>(identity => identity.Tokens.ProviderMap[TokenOptions.DefaultProvider] =
                new TokenProviderDescriptor(typeof(EmailTokenProvider<Account>))));
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var check = scope.ServiceProvider.GetRequiredService<PasswordCheck>();
        var account = NewAccount("ann");

        Assert.True((await accounts.CreateAsync(account, Password)).Succeeded);
        Assert.True(await accounts.CheckPasswordAsync(account, Password));
        Assert.True((await accounts.ChangePasswordAsync(account, Password, Other)).Succeeded);
        Assert.True((await accounts.RemovePasswordAsync(account)).Succeeded);
        Assert.True((await accounts.AddPasswordAsync(account, Password)).Succeeded);
        var token = await accounts.GeneratePasswordResetTokenAsync(account);
        Assert.True((await accounts.ResetPasswordAsync(account, token, Password)).Succeeded);
        Assert.True(await check.IsRightAsync(account, Password));
        Assert.False(await check.IsRightAsync(null, Password));
        hasher.IsOld = true;
        Assert.True(await check.IsRightAsync(account, Password));

        Assert.Equal((6, 5, 0), (hasher.Hashed, hasher.Verified, hasher.OnPool));
    }

    [Fact]
    public async Task Of_fifty_checks_at_once_no_more_run_than_there_are_places_and_all_are_answered()
    {
        var hasher = new WatchedHasher();
        await using var scope = Start(hasher, options => options.Hashing.Places = 3);
        var account = NewAccount("ann");
        Assert.True((await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account, Password)).Succeeded);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            await using var request = scope.ServiceProvider.CreateAsyncScope();
            return await request.ServiceProvider.GetRequiredService<PasswordCheck>().IsRightAsync(account, Password);
        }));

        Assert.DoesNotContain(false, answers);
        Assert.InRange(hasher.MostAtOnce, 1, 3);
    }

    [Fact]
    public async Task A_client_that_finds_no_place_in_time_is_refused_and_one_that_has_gone_waits_no_more()
    {
        var client = new OneClient();
        await using var scope = Start(new WatchedHasher(), Narrow, services => services.AddSingleton<IHashingClients>(client));
        using (await NewRequest(scope).ReserveAsync())
        {
            await Assert.ThrowsAsync<PasswordsBusyException>(async () => await NewRequest(scope).ReserveAsync());

            client.Current = new HashingClient(IPAddress.Loopback, new CancellationToken(canceled: true));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await NewRequest(scope).ReserveAsync());
        }

        // Neither has left anything behind.
        client.Current = new HashingClient(IPAddress.Loopback, CancellationToken.None);
        using (await NewRequest(scope).ReserveAsync())
        {
        }

        static void Narrow(AccountOptions options) =>
            options.Hashing = new HashingOptions { Places = 1, WaitingPerPlace = 8, MaxWait = TimeSpan.FromMilliseconds(100) };
    }

    [Fact]
    public async Task A_hash_that_there_is_no_place_to_renew_is_renewed_by_a_later_check()
    {
        var hasher = new WatchedHasher { IsOld = true };
        var client = new OneClient();
        await using var scope = Start(
            hasher,
            options => options.Hashing = new HashingOptions { Places = 1, WaitingPerPlace = 1 },
            services => services.AddSingleton<IHashingClients>(client));
        var account = NewAccount("ann");
        Assert.True((await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account, Password)).Succeeded);
        var before = account.PasswordHash;
        var check = scope.ServiceProvider.GetRequiredService<PasswordCheck>();
        await check.IsRightAsync(null, Password);

        // Once the password is compared, the places are all taken by others.
        hasher.AfterVerify = () => client.IsFull = true;
        Assert.True(await check.IsRightAsync(account, Password));
        Assert.Equal(before, account.PasswordHash);

        (hasher.AfterVerify, client.IsFull) = (null, false);
        Assert.True(await check.IsRightAsync(account, Password));
        Assert.NotEqual(before, account.PasswordHash);
    }

    [Fact]
    public async Task A_name_that_somebody_has_or_a_weak_password_is_refused_before_anything_is_hashed()
    {
        var hasher = new WatchedHasher();
        await using var scope = Start(hasher);
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        Assert.True((await accounts.CreateAsync(NewAccount("ann"), Password)).Succeeded);
        hasher.Hashed = 0;

        var taken = await accounts.CreateAsync(new Account { UserName = "ANN", Email = "other@example.com" }, Password);
        var weak = await accounts.CreateAsync(new Account { UserName = "", Email = "third@example.com" }, "short");

        Assert.Equal("DuplicateUserName", Assert.Single(taken.Errors).Code);
        Assert.Equal(["InvalidUserName", "PasswordTooShort"], weak.Errors.Select(error => error.Code).Order());
        Assert.Equal(0, hasher.Hashed);
    }

    private AsyncServiceScope Start(
        WatchedHasher hasher, Action<AccountOptions>? configure = null, Action<IServiceCollection>? add = null) =>
        redis.Start(configure, services =>
        {
            services.AddSingleton<IPasswordHasher<Account>>(hasher);
            add?.Invoke(services);
        });

    private static PasswordHashing NewRequest(AsyncServiceScope scope) =>
        scope.ServiceProvider.CreateScope().ServiceProvider.GetRequiredService<PasswordHashing>();

    private static Account NewAccount(string name) => new() { UserName = name, Email = name + "@example.com" };

    private sealed class OneClient : IHashingClients
    {
        private HashingClient? _current = new HashingClient(IPAddress.Loopback, CancellationToken.None);

        /// <summary>As if nobody got a place any more.</summary>
        public bool IsFull { get; set; }

        public HashingClient? Current
        {
            get => IsFull ? throw new PasswordsBusyException() : _current;
            set => _current = value;
        }
    }

    /// <summary>Compares plain text, and sees on which threads and how often at once.</summary>
    private sealed class WatchedHasher : IPasswordHasher<Account>
    {
        private int _running;

        public int Hashed { get; set; }

        public int Verified { get; set; }

        public int OnPool { get; set; }

        public int MostAtOnce { get; private set; }

        /// <summary>Whether hashes are to be renewed.</summary>
        public bool IsOld { get; set; }

        public Action? AfterVerify { get; set; }

        public string HashPassword(Account user, string password)
        {
            Watch();
            Hashed++;
            return Guid.NewGuid() + " " + password;
        }

        public PasswordVerificationResult VerifyHashedPassword(Account user, string hashedPassword, string providedPassword)
        {
            Watch();
            Verified++;
            AfterVerify?.Invoke();
            return hashedPassword[37..] != providedPassword ? PasswordVerificationResult.Failed
                : IsOld ? PasswordVerificationResult.SuccessRehashNeeded
                : PasswordVerificationResult.Success;
        }

        private void Watch()
        {
            var now = Interlocked.Increment(ref _running);
            lock (this)
            {
                MostAtOnce = Math.Max(MostAtOnce, now);
                OnPool += Thread.CurrentThread.IsThreadPoolThread ? 1 : 0;
            }

            Thread.SpinWait(20_000);
            Interlocked.Decrement(ref _running);
        }
    }
}
