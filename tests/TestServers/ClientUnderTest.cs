using Microsoft.Extensions.DependencyInjection;

namespace TestServers;

/// <summary>The client that contracts run over: RespClient, unless the test project that compiles them says otherwise.</summary>
public static class ClientUnderTest
{
    /// <summary>Registers an <c>IRedisClient</c> over the server of a connection string.</summary>
    public static Func<IServiceCollection, string, IServiceCollection> Add { get; set; } =
        (services, connectionString) => services.AddRespClient(connectionString);
}
