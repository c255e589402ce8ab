using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RespClient;

using TestServers;

namespace RedisAccounts.Tests.Stores;

public sealed class DurabilityTests
{
    [Fact]
    public async Task Accounts_survive_a_crash_of_Redis_with_an_append_only_file()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        const int Count = 50;
        await WithAccountsAsync(server, async accounts =>
        {
            for (var i = 0; i < Count; i++)
            {
                var account = new Account { UserName = $"user{i}", Email = $"user{i}@example.com" };
                Assert.True((await accounts.CreateAsync(account, "correct horse battery")).Succeeded);
            }

            var renamed = (await accounts.FindByNameAsync("user7"))!;
            Assert.True((await accounts.SetUserNameAsync(renamed, "renamed")).Succeeded);
            Assert.True((await accounts.DeleteAsync((await accounts.FindByNameAsync("user8"))!)).Succeeded);
        });

        await server.KillAsync();
        await server.StartAgainAsync();

        await WithAccountsAsync(server, async accounts =>
        {
            for (var i = 0; i < Count; i++)
            {
                var account = await accounts.FindByEmailAsync($"user{i}@example.com");
                Assert.Equal(i != 8, account is not null && await accounts.CheckPasswordAsync(account, "correct horse battery"));
            }

            Assert.NotNull(await accounts.FindByNameAsync("renamed"));
            Assert.Null(await accounts.FindByNameAsync("user7"));
        });
    }

    private static async Task WithAccountsAsync(RedisServer server, Func<UserManager<Account>, Task> act)
    {
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var services = new ServiceCollection().AddLogging().AddSingleton<IRedisClient>(client);
        services.AddRedisAccounts();
        services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1);
        await using var scope = services.BuildServiceProvider().CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<UserManager<Account>>());
    }
}
