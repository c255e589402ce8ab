using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

using PostgreSqlAccounts;

using RedisAccounts.Passwords.Hashing;

using RedisSessionWeb.Errors;
using RedisSessionWeb.Hosting.Requests;

using RedisSessions;

using RespClient;

using VerificationCodes;

namespace RedisSessionWeb.Gate;

/// <summary>
/// The door for clients that are no browsers: four routes, JSON in and out, always 200, the outcome in <c>error</c>. A
/// session is carried by the header <see cref="SessionHeader"/>, never by a cookie, so no other site can use it.
/// </summary>
internal static class GateRoutes
{
    /// <summary>The header that carries <c>token</c> unless <c>Sessions:HeaderName</c> names another.</summary>
    public const string SessionHeader = "X-Session";

    /// <summary>Larger than any message that is meant, in bytes.</summary>
    private const int MaxBody = 16 * 1024;

    public static IServiceCollection AddGate(this IServiceCollection services)
    {
        services.AddOptions<GateOptions>().BindConfiguration(GateOptions.Section);
        services.AddOptions<RedisSessionOptions>().Configure<IOptions<GateOptions>>((sessions, gate) =>
        {
            if (gate.Value.Enabled)
            {
                sessions.HeaderName ??= SessionHeader;
            }
        });
        return services.AddScoped<GateService>().AddScoped<GateSignIn>();
    }

    /// <summary>
    /// Belongs between routing and the sessions: a request to the gate is answered in the header, whether or not it sent
    /// one. The endpoint decides, not the path: <c>/User_Login/</c> leads there too.
    /// </summary>
    public static IApplicationBuilder UseGate(this IApplicationBuilder app)
    {
        if (!IsEnabled(app.ApplicationServices))
        {
            return app;
        }

        var header = app.ApplicationServices.GetRequiredService<IOptions<RedisSessionOptions>>().Value.HeaderName!;
        return app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<GateRoute>() is not null)
            {
                context.Request.Headers.TryAdd(header, "");
            }

            return next(context);
        });
    }

    public static void MapGate(this IEndpointRouteBuilder routes)
    {
        if (!IsEnabled(routes.ServiceProvider))
        {
            return;
        }

        Map(routes, "/get_varifycode", GateJson.Default.CodeRequest, (GateService gate, CodeRequest request) => gate.SendCodeAsync(request));
        Map(routes, "/user_register", GateJson.Default.RegisterRequest, (GateService gate, RegisterRequest request) => gate.RegisterAsync(request));
        Map(routes, "/reset_pwd", GateJson.Default.ResetRequest, (GateService gate, ResetRequest request) => gate.ResetAsync(request));
        Map(routes, "/user_login", GateJson.Default.LoginRequest, (GateSignIn gate, LoginRequest request) => gate.LoginAsync(request));
    }

    private static bool IsEnabled(IServiceProvider services) => services.GetRequiredService<IOptions<GateOptions>>().Value.Enabled;

    private static void Map<TGate, T>(IEndpointRouteBuilder routes, string path, JsonTypeInfo<T> type, Func<TGate, T, Task<GateAnswer>> run)
        where TGate : notnull =>
        routes.MapPost(path, async (HttpContext context, TGate gate) =>
        {
            var answer = await ReadAsync(context, type) is { } request ? await RunAsync(() => run(gate, request), context) : GateError.BadJson;
            return Results.Json(answer, GateJson.Default.GateAnswer);
        }).RefuseOtherSites().WithMetadata(GateRoute.Mark);

    private static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        if (!JsonRequests.SaysJson(context.Request))
        {
            return default;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBody;
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException)
        {
            return default;
        }
    }

    private static async Task<GateAnswer> RunAsync(Func<Task<GateAnswer>> run, HttpContext context)
    {
        try
        {
            return await run();
        }
        catch (PasswordsBusyException e)
        {
            return new GateAnswer(GateError.Unavailable) { RetryAfter = (int)e.RetryAfter.TotalSeconds };
        }
        catch (Exception e) when (e is VerificationUnavailableException or SessionUnavailableException
            or AccountsUnavailableException or RedisException)
        {
            context.RequestServices.GetRequiredService<OutageLog>().Tell(e);
            return GateError.Unavailable;
        }
    }

    /// <summary>Marks the endpoints of the gate.</summary>
    private sealed class GateRoute
    {
        public static readonly GateRoute Mark = new();
    }
}
