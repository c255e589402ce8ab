using Microsoft.Extensions.Options;

using RespClient;

namespace RedisSessionWeb.Hosting;

/// <summary>
/// Starts the application, or says in one line each what is wrong and ends with an exit code of <c>sysexits.h</c>:
/// a wrong configuration and a Redis that is away are for whoever runs it to put right, not for a stack trace.
/// </summary>
internal static class Startup
{
    /// <summary>EX_CONFIG.</summary>
    public const int BadConfiguration = 78;

    /// <summary>EX_UNAVAILABLE.</summary>
    public const int RedisAway = 69;

    public static async Task<int> RunAsync(Func<IHost> build)
    {
        try
        {
            using var app = build();
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            await ReachRedisAsync(app.Services.GetRequiredService<IOptions<RedisClientOptions>>().Value);
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException e)
        {
            return Tell(BadConfiguration, e.Failures);
        }
        catch (AggregateException e) when (e.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            return Tell(BadConfiguration, e.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures));
        }
        catch (RedisException e)
        {
            return Tell(RedisAway, ["Redis does not answer (Redis:ConnectionString): " + e.Message]);
        }
    }

    /// <summary>Connects once, so that a wrong address or password shows at start; <c>abortConnect=false</c> goes on without.</summary>
    private static async Task ReachRedisAsync(RedisClientOptions options)
    {
        if (!options.AbortOnConnectFail)
            return;
        await using var client = await RedisClient.ConnectAsync(options.ConnectionString ?? "");
    }

    private static int Tell(int exitCode, IEnumerable<string> failures)
    {
        // Several options look at one setting: each says what is wrong with it, and it is said once.
        foreach (var failure in failures.Distinct())
            Console.Error.WriteLine("RedisSessionWeb: " + failure.ReplaceLineEndings(" "));
        return exitCode;
    }
}
