namespace SessionLoad;

/// <summary>Registers the sessions of the chosen stack and puts them in front of every path but those without a session.</summary>
internal static class LoadSessions
{
    private const string CookieName = "ssw";

    public static void AddLoadSessions(this IServiceCollection services, LoadOptions options)
    {
        services.AddRespClient(o => o.ConnectionString = options.Redis);
        if (options.Stack == Stack.Stock)
        {
            services.AddRedisSessionCache(o => o.KeyPrefix = "stock:");
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

    public static void UseLoadSessions(this IApplicationBuilder app, Stack stack) =>
        app.UseWhen(HasSession, branch => _ = stack == Stack.Stock ? branch.UseSession() : branch.UseRedisSessions());

    private static bool HasSession(HttpContext context) => context.Request.Path.Value is not ("/plain" or "/rawget" or "/rawhash");
}
