using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using RedisSessions;
using RedisSessions.Endpoints;

using RespClient;
using RespClient.Deadlines;

using VerificationCodes;

namespace RedisSessionWeb.Hosting.Requests;

/// <summary>
/// All commands of one request together wait for Redis no longer than <see cref="RedisSessionOptions.IoTimeout"/>, however
/// many codes, accounts and the key ring send. Sessions keep the client itself, with the same time-out; so does each call of
/// a verification service elsewhere.
/// </summary>
internal static class RequestBudget
{
    private static readonly TimeSpan ShortestCall = TimeSpan.FromMilliseconds(100);

    public static IServiceCollection AddRequestBudget(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        // A remote verification service waits for a Redis as well; no request waits for it longer than for ours.
        services.AddOptions<VerificationOptions>().PostConfigure<IOptions<RedisSessionOptions>>((codes, sessions) =>
            codes.RemoteTimeout = Shorter(codes.RemoteTimeout, sessions.Value.IoTimeout));
        // The client that Redis:Client names.
        var client = services.Last(service => service.ServiceType == typeof(IRedisClient) && !service.IsKeyedService).ImplementationFactory!;
        services.AddKeyedSingleton(RedisSessionOptions.CacheServiceKey, (provider, _) => (IRedisClient)client(provider));
        return services.Replace(ServiceDescriptor.Singleton<IRedisClient>(provider =>
        {
            var accessor = provider.GetRequiredService<IHttpContextAccessor>();
            var options = provider.GetRequiredService<IOptions<RedisSessionOptions>>();
            return new BudgetedClient(
                provider.GetRequiredKeyedService<IRedisClient>(RedisSessionOptions.CacheServiceKey),
                () => Of(accessor.HttpContext, options), provider.GetRequiredService<TimeProvider>());
        }));
    }

    private static TimeSpan Shorter(TimeSpan time, TimeSpan limit)
    {
        limit = limit > ShortestCall ? limit : ShortestCall;
        return time < limit ? time : limit;
    }

    private static RedisBudget? Of(HttpContext? context, IOptions<RedisSessionOptions> options)
    {
        if (context is null)
        {
            return null;
        }

        if (context.Features.Get<RedisBudget>() is not { } budget)
        {
            context.Features.Set(budget = new RedisBudget(options.Value.IoTimeout));
        }

        // The session has used up the whole time-out.
        if (HasLostSession(context))
        {
            budget.Spend(options.Value.IoTimeout);
        }

        return budget;
    }

    private static bool HasLostSession(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<WithoutSessionAttribute>() is null
        && context.Features.Get<ISessionFeature>()?.Session is RedisSession { IsAvailable: false };
}
