using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using RedisAccounts.Passwords;
using RedisAccounts.SignIn;

using RespClient;
using RespClient.Protocol;

namespace RedisAccounts.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void Everything_public_resolves_and_lookups_use_our_normal_forms()
    {
        using var provider = Services().BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        using var scope = provider.CreateScope();

        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        Assert.Equal("ann@example.com", accounts.NormalizeEmail("ANN@example.com"));
        Assert.True(accounts.SupportsUserPassword && accounts.SupportsUserEmail && accounts.SupportsUserSecurityStamp);
        Assert.True(accounts.SupportsUserLockout && accounts.SupportsUserPhoneNumber);
        Assert.NotNull(scope.ServiceProvider.GetRequiredService<PasswordCheck>());
        Assert.NotNull(scope.ServiceProvider.GetRequiredService<SignInThrottle>());
    }

    [Fact]
    public void Adding_accounts_twice_registers_everything_once()
    {
        var once = Services();
        var twice = Services();
        twice.AddRedisAccounts();

        Assert.Equal(Ours(once), Ours(twice));
    }

    [Fact]
    public void A_store_that_is_there_already_stays()
    {
        var services = new ServiceCollection().AddScoped<IUserStore<Account>>(_ => null!);

        services.AddRedisAccounts();

        Assert.Single(services, service => service.ServiceType == typeof(IUserStore<Account>));
    }

    [Fact]
    public void Options_are_read_from_the_configuration()
    {
        var services = Services();
        services.Configure<AccountOptions>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Accounts:MinPasswordLength"] = "15",
            ["Accounts:HashIterations"] = "400000",
            ["Accounts:SignIn:MaxDelay"] = "00:05:00",
        }).Build().GetSection("Accounts"));
        using var provider = services.BuildServiceProvider();

        Assert.Equal(15, provider.GetRequiredService<IOptions<IdentityOptions>>().Value.Password.RequiredLength);
        Assert.Equal(400_000, provider.GetRequiredService<IOptions<PasswordHasherOptions>>().Value.IterationCount);
        Assert.Equal(TimeSpan.FromMinutes(5), provider.GetRequiredService<IOptions<AccountOptions>>().Value.SignIn.MaxDelay);
    }

    [Theory]
    [InlineData("Accounts:KeyPrefix", "a b")]
    [InlineData("Accounts:KeyPrefix", "{x}")]
    [InlineData("Accounts:MinPasswordLength", "7")]
    [InlineData("Accounts:MaxPasswordLength", "63")]
    [InlineData("Accounts:MaxPasswordLength", "1025")]
    [InlineData("Accounts:HashIterations", "100000")]
    [InlineData("Accounts:SignIn:FreeFailures", "0")]
    [InlineData("Accounts:SignIn:FreeFailuresPerNetwork", "0")]
    [InlineData("Accounts:SignIn:FreeFailuresPerAccount", "1001")]
    [InlineData("Accounts:SignIn:FirstDelay", "00:00:00")]
    [InlineData("Accounts:SignIn:MaxDelay", "00:00:01")]
    [InlineData("Accounts:SignIn:MaxSharedDelay", "02:00:00")]
    [InlineData("Accounts:SignIn:DeviceLifetime", "401.00:00:00")]
    public async Task A_value_out_of_range_fails_the_start_and_names_key_value_and_range(string key, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [key] = value });
        builder.Services.AddSingleton<IRedisClient, NoRedis>();
        builder.Services.AddRedisAccounts();
        builder.Services.Configure<AccountOptions>(builder.Configuration.GetSection("Accounts"));
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        var message = Assert.Single(error.Failures);
        Assert.StartsWith(key + " is ", message, StringComparison.Ordinal);
        Assert.Contains(value, message, StringComparison.Ordinal);
        Assert.Contains("; allowed: ", message, StringComparison.Ordinal);
    }

    private static ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IRedisClient, NoRedis>();
        services.AddRedisAccounts();
        return services;
    }

    private static IEnumerable<string> Ours(ServiceCollection services) => services
        .Select(service => (service.ImplementationType ?? service.ServiceType).ToString())
        .Where(name => name.Contains("RedisAccounts", StringComparison.Ordinal)
            && !name.StartsWith("Microsoft.Extensions.Options.", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private sealed class NoRedis : IRedisClient
    {
        public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("No test here asks Redis.");
    }
}
