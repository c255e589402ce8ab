using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using PostgreSqlAccounts;
using PostgreSqlAccounts.Diagnostics;
using PostgreSqlAccounts.Moving;
using PostgreSqlAccounts.Schema;
using PostgreSqlAccounts.Stores;

using RedisAccounts;
using RedisAccounts.Stores;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps accounts in PostgreSQL.</summary>
public static class PostgreSqlAccountsIdentityBuilderExtensions
{
    /// <summary>
    /// Puts the accounts of <c>AddRedisAccounts</c> into PostgreSQL. Its rules, its password hashes and its throttling of
    /// sign-ins, whose counters stay in Redis, go on as they are.
    /// </summary>
    /// <param name="builder">What <c>AddRedisAccounts</c> returns.</param>
    /// <param name="configure">
    /// Changes the options; called after those bound from configuration. <see langword="null"/>: the defaults.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The builder is for users of another type.</exception>
    /// <remarks>
    /// Options out of range fail the start with an <see cref="OptionsValidationException"/>. The tables must be there:
    /// <see cref="AccountSchema.MigrateAsync"/>.
    /// </remarks>
    public static IdentityBuilder AddPostgreSqlStore(this IdentityBuilder builder, Action<PostgreSqlAccountOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.UserType != typeof(Account))
        {
            throw new ArgumentException($"The store is for {typeof(Account)}, not {builder.UserType}.", nameof(builder));
        }

        var services = builder.Services;
        var options = services.AddOptions<PostgreSqlAccountOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlAccountOptions>, PostgreSqlAccountOptionsValidator>());
        services.TryAddSingleton<AccountDatabase>();
        services.AddDbContext<AccountDbContext>((provider, context) => provider.GetRequiredService<AccountDatabase>().Use(context));
        services.AddMetrics();
        services.TryAddSingleton<AccountMetrics>();
        services.TryAddSingleton(provider => new AccountSchema(
            provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<ILogger<AccountSchema>>()));
        services.TryAddSingleton(provider => new AccountMove(
            provider.GetRequiredService<RedisAccountSource>(), provider.GetRequiredService<IServiceScopeFactory>()));
        services.Replace(ServiceDescriptor.Scoped<IUserStore<Account>, PostgreSqlAccountStore>());
        return builder;
    }
}
