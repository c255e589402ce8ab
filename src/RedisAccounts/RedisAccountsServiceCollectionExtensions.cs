using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisAccounts;
using RedisAccounts.Diagnostics;
using RedisAccounts.Lookup;
using RedisAccounts.Passwords;
using RedisAccounts.Passwords.Hashing;
using RedisAccounts.SignIn;
using RedisAccounts.Stores;

using RespClient;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds accounts kept in Redis.</summary>
public static class RedisAccountsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="UserManager{TUser}"/> of <see cref="Account"/> with its store in Redis, the rules for names,
    /// addresses and passwords, <see cref="IAccountPhoneStore"/>, <see cref="PasswordCheck"/> and
    /// <see cref="SignInThrottle"/>. An <see cref="IRedisClient"/> must be registered (<c>AddRespClient</c>).
    /// </summary>
    /// <param name="services">Where to add them. What is there already stays.</param>
    /// <param name="configure">
    /// Changes the options; called after those bound from configuration. <see langword="null"/>: the defaults.
    /// </param>
    /// <returns>Identity's builder: for token providers, further validators, another store.</returns>
    /// <remarks>
    /// Options out of range fail the start with an <see cref="OptionsValidationException"/> that names the
    /// configuration key, the value and what is allowed.
    /// </remarks>
    public static IdentityBuilder AddRedisAccounts(this IServiceCollection services, Action<AccountOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<AccountOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AccountOptions>, AccountOptionsValidator>());
        services.AddOptions<IdentityOptions>().Configure<IOptions<AccountOptions>>(Apply);
        services.AddOptions<PasswordHasherOptions>()
            .Configure<IOptions<AccountOptions>>((hasher, accounts) => hasher.IterationCount = accounts.Value.HashIterations);

        // Before AddIdentityCore, which adds its own only where there is none.
        services.TryAddSingleton<ILookupNormalizer, AddressNormalizer>();
        services.TryAddScoped<IUserValidator<Account>, AccountValidator>();
        services.TryAddScoped<IPasswordValidator<Account>, AccountPasswordValidator>();
        services.TryAddScoped<IPasswordHasher<Account>, AccountPasswordHasher>();
        services.TryAddScoped<IUserStore<Account>, RedisAccountStore>();
        services.TryAddScoped<UserManager<Account>>(provider => new MailboxAccounts(provider));
        services.TryAddSingleton<MailboxCollisions>();
        // Whichever store is registered: one that cannot find by number throws when it is resolved.
        services.TryAddScoped(provider => provider.GetRequiredService<IUserStore<Account>>() as IAccountPhoneStore
            ?? throw new InvalidOperationException("The store of accounts does not implement IAccountPhoneStore."));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<HashingPlaces>();
        services.TryAddScoped(provider => new PasswordHashing(
            provider.GetRequiredService<HashingPlaces>(), provider.GetService<IHashingClients>()));
        services.TryAddSingleton<PasswordCheck.Decoy>();
        services.TryAddScoped(provider => new PasswordCheck(
            provider.GetRequiredService<UserManager<Account>>(),
            provider.GetRequiredService<IPasswordHasher<Account>>(),
            provider.GetRequiredService<PasswordHashing>(),
            provider.GetRequiredService<IOptions<AccountOptions>>(),
            provider.GetRequiredService<PasswordCheck.Decoy>()));
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton<AccountMetrics>();
        services.TryAddSingleton(provider => new SignInThrottle(
            provider.GetRequiredService<IRedisClient>(),
            provider.GetRequiredService<IOptions<AccountOptions>>(),
            provider.GetRequiredService<AccountMetrics>(),
            provider.GetRequiredService<ILogger<SignInThrottle>>()));
        services.TryAddSingleton(provider => new RedisAccountSource(
            provider.GetRequiredService<IRedisClient>(), provider.GetRequiredService<IOptions<AccountOptions>>()));
        return services.AddIdentityCore<Account>();
    }

    // AccountValidator and AccountPasswordValidator hold the rules; Identity's own options repeat them. Lock-out is off,
    // because a stranger could cause it: SignInThrottle slows guessing down instead.
    private static void Apply(IdentityOptions identity, IOptions<AccountOptions> accounts)
    {
        identity.User.RequireUniqueEmail = true;
        identity.User.AllowedUserNameCharacters = "";
        identity.Lockout.AllowedForNewUsers = false;
        identity.Password.RequiredLength = accounts.Value.MinPasswordLength;
        identity.Password.RequiredUniqueChars = 1;
        identity.Password.RequireDigit = false;
        identity.Password.RequireLowercase = false;
        identity.Password.RequireUppercase = false;
        identity.Password.RequireNonAlphanumeric = false;
    }
}
