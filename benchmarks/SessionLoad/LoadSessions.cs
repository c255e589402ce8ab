using StackExchange.Redis;

namespace SessionLoad;

/// <summary>Registers the sessions of the chosen stack and puts them in front of every path but those without a session.</summary>
internal static class LoadSessions
{
    private const string CookieName = "ssw";

    public static void AddLoadSessions(this IServiceCollection services, LoadOptions options)
    {
        if (options.Stack == Stack.OursOnSer)
        {
            services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(options.Redis));
            services.AddStackExchangeRedisClient();
        }
        else
        {
            services.AddRespClient(options.Redis);
        }

        if (options.IsStock)
        {
            _ = options.Stack == Stack.Stock
                ? services.AddStackExchangeRedisCache(o => (o.Configuration, o.InstanceName) = (options.Redis, "stock:"))
                : services.AddRedisSessionCache(o => o.KeyPrefix = "stock:");
            services.AddSession(o => o.Cookie.Name = CookieName);
            return;
        }

        services.AddRedisSessions(o =>
        {
            o.Cookie.Name = CookieName;
            if (options.Stack == Stack.OursUncached)
            {
                o.NearCacheBytes = 0;
            }
        });
    }

    public static void UseLoadSessions(this IApplicationBuilder app, LoadOptions options) =>
        app.UseWhen(HasSession, branch => _ = options.IsStock ? branch.UseSession() : branch.UseRedisSessions());

    private static bool HasSession(HttpContext context) => context.Request.Path.Value is not ("/plain" or "/rawget" or "/rawhash");
}
