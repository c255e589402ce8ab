using System.Net;

using ForeignReplies.Tests.Results;
using ForeignReplies.Tests.Shifted.Worlds;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts;
using RedisAccounts.SignIn;

using RespClient;

namespace ForeignReplies.Tests.Shifted;

/// <summary>Accounts whose replies are shifted.</summary>
public sealed class AccountTests
{
    private const int Owners = 40;

    [Fact]
    public async Task With_shifted_replies_nobody_is_given_the_account_of_another_and_no_account_seems_to_be_gone()
    {
        await using var run = await ShiftRun.StartAsync();
        await using var accounts = await ServicesAsync(run.Proxy.ConnectionString);
        await using var direct = await ServicesAsync(run.Server.ConnectionString);
        var owners = Enumerable.Range(0, Owners).Select(number => new Owner($"o{number}", accounts, direct, run.Tally)).ToArray();
        await Task.WhenAll(owners.Select(owner => owner.RegisterAsync()));

        await run.UnderShiftsAsync(Owners, oneIn: 100, (caller, random) => owners[caller].NextAsync(random));
        await run.UntilAllAsync(owners, owner => owner.IsWellAsync(), "an account is found after the last shift");
        foreach (var owner in owners)
        {
            await owner.CheckAsync();
        }

        run.Check();
    }

    private static async Task<ServiceProvider> ServicesAsync(string redis)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<IRedisClient>(await RedisClient.ConnectAsync(redis));
        services.AddRedisAccounts();
        services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1);
        return services.BuildServiceProvider();
    }

    /// <summary>Somebody with an account, who finds it in all ways, changes it, and asks whether a password may be tried.</summary>
    private sealed class Owner(string name, ServiceProvider accounts, ServiceProvider direct, Tally tally)
    {
        private readonly HashSet<string> _doubtful = [];
        private string _id = "";
        private string _kept = "0";
        private int _number;
        private int _attempts;

        private string Email => $"{name}@example.com";

        public async Task RegisterAsync()
        {
            await using var scope = direct.CreateAsyncScope();
            var account = new Account { UserName = name, Email = Email, PhoneNumber = _kept };
            var result = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account);
            Assert.True(result.Succeeded, result.ToString());
            _id = account.Id;
        }

        public Task NextAsync(Random random) => random.Next(100) switch
        {
            < 25 => FindAsync("name", manager => manager.FindByNameAsync(name)),
            < 50 => FindAsync("e-mail", manager => manager.FindByEmailAsync(Email)),
            < 65 => FindAsync("id", manager => manager.FindByIdAsync(_id)),
            < 80 => ChangeAsync(),
            < 90 => CreateAsync(),
            _ => TryPasswordAsync(),
        };

        public async ValueTask<bool> IsWellAsync() => await FindAsync("name", manager => manager.FindByNameAsync(name));

        public async Task CheckAsync()
        {
            await using var scope = direct.CreateAsyncScope();
            var account = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByIdAsync(_id);
            Judge("in the end", account);
        }

        private Task<bool> FindAsync(string how, Func<UserManager<Account>, Task<Account?>> find) =>
            AnswersAsync(how, async services => Judge(how, await find(services.GetRequiredService<UserManager<Account>>())));

        private async Task ChangeAsync()
        {
            var next = $"{++_number}";
            var isKept = await AnswersAsync("change", async services =>
            {
                var manager = services.GetRequiredService<UserManager<Account>>();
                var account = await manager.FindByIdAsync(_id);
                Judge("before a change", account);
                if (account?.Id != _id)
                {
                    return;
                }

                _doubtful.Add(next);
                account.PhoneNumber = next;
                var result = await manager.UpdateAsync(account);
                if (result.Succeeded)
                {
                    _kept = next;
                }

                // A change whose reply was lost may come late and be met by this one.
                var isRight = result.Succeeded || (_doubtful.Count > 1 && result.Errors.All(error => error.Code == nameof(IdentityErrorDescriber.ConcurrencyFailure)));
                tally.Add(isRight ? Verdict.Right : Verdict.Foreign, $"{name} change: {result}");
            });
            if (isKept)
            {
                _doubtful.Remove(next);
            }
        }

        // A name that nobody has is free, and is taken then.
        private Task<bool> CreateAsync() => AnswersAsync("create", async services =>
        {
            var manager = services.GetRequiredService<UserManager<Account>>();
            var other = $"{name}x{++_number}";
            var result = await manager.CreateAsync(new Account { UserName = other, Email = $"{other}@example.com" });
            tally.Add(result.Succeeded ? Verdict.Right : Verdict.Foreign, $"{other} create: {result}");
            if (result.Succeeded)
            {
                await using var scope = direct.CreateAsyncScope();
                var stored = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByNameAsync(other);
                tally.Add(stored is null ? Verdict.Lost : Verdict.Right, $"{other} was told to have an account");
            }
        });

        // Nobody has tried before: the first try is always allowed.
        private Task<bool> TryPasswordAsync() => AnswersAsync("try", async services =>
        {
            var attempt = new SignInAttempt($"{name}-{++_attempts}", new IPAddress([10, (byte)(_attempts >> 8), (byte)_attempts, (byte)int.Parse(name[1..], null)]), null);
            var permit = await services.GetRequiredService<SignInThrottle>().BeginAsync(attempt);
            tally.Add(permit is { IsAllowed: true, IsKnownDevice: false } ? Verdict.Right : Verdict.Foreign, $"{name} try: {permit}");
        });

        private void Judge(string how, Account? account)
        {
            var isMine = account?.Id == _id && account.UserName == name && account.Email == Email;
            var isKept = isMine && (account!.PhoneNumber == _kept || _doubtful.Contains(account.PhoneNumber!));
            tally.Add(
                account is null ? Verdict.Missing : !isMine ? Verdict.Foreign : isKept ? Verdict.Right : Verdict.Lost,
                $"{name} by {how}: '{account?.UserName}' with {account?.PhoneNumber}, after {_kept} was kept");
        }

        private async Task<bool> AnswersAsync(string what, Func<IServiceProvider, Task> ask)
        {
            await using var scope = accounts.CreateAsyncScope();
            try
            {
                await ask(scope.ServiceProvider);
                return true;
            }
            catch (RedisException)
            {
                tally.Add(Verdict.Refused);
            }
            catch (Exception e) when (e is InvalidCastException or InvalidOperationException or FormatException or IndexOutOfRangeException)
            {
                tally.Add(Verdict.Broken, $"{name} {what}: {e.Message}");
            }

            return false;
        }
    }
}
