using Microsoft.Extensions.DependencyInjection;

using TestServers;

using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests;

/// <summary>Where the service is that a test asks.</summary>
public enum Place
{
    /// <summary>In the process that asks.</summary>
    Here,

    /// <summary>In another one, over gRPC.</summary>
    Remote,
}

/// <summary>Tests of outcomes. Each runs in both places, so that what is lost on the way over gRPC is seen.</summary>
public abstract class OutcomeTests(SharedRedis redis, Place place)
{
    private protected RedisServer Server => redis.Server;

    private protected Place Place => place;

    private protected Task<CodeBench> StartAsync(Action<VerificationOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        place == Place.Here
            ? CodeBench.StartAsync(Server, configure, services)
            // As long as it may be: many calls at once take their time on a small machine.
            : CodeBench.StartRemoteAsync(Server, options =>
            {
                options.RemoteTimeout = TimeSpan.FromSeconds(30);
                configure?.Invoke(options);
            }, services);
}
