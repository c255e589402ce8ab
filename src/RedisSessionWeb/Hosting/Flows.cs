using RedisAccounts.Passwords.Hashing;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Accounts.Phones;
using RedisSessionWeb.Inspection;
using RedisSessionWeb.Localization;
using RedisSessionWeb.Proofs;
using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Hosting;

/// <summary>What the pages call: one service each.</summary>
internal static class Flows
{
    public static IServiceCollection AddFlows(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<Visitor>();
        services.AddSingleton<IHashingClients, HashingClients>();
        services.AddScoped<MySessions>();
        services.AddScoped<AddressProof>();
        services.AddScoped<NumberProof>();
        services.AddScoped<AccountSafety>();
        services.AddScoped<Register>();
        services.AddScoped<SignIn>();
        services.AddScoped<SignInByCode>();
        services.AddScoped<ResetPassword>();
        services.AddScoped<ChangeEmail>();
        services.AddScoped<ChangePassword>();
        services.AddScoped<DeleteAccount>();
        services.AddSingleton<NumberCollisions>();
        services.AddScoped<NumberOwner>();
        services.AddScoped<SignInByPhone>();
        services.AddScoped<ChangePhone>();
        services.AddScoped<Inspector>();
        services.AddScoped<RelativeTime>();
        return services;
    }
}
