using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using VerificationCodes.Contracts;
using VerificationCodes.Grpc;
using VerificationCodes.Grpc.Client;
using VerificationCodes.Grpc.Configuration;
using VerificationCodes.Grpc.Server;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers verification codes over gRPC, both ends of it.</summary>
public static class VerificationGrpcServiceCollectionExtensions
{
    /// <summary>
    /// Adds the service for other processes, served where <c>Verification:Grpc:Enabled</c> is set, and the client of such a
    /// service, used where <c>Verification:Remote</c> is set. Goes with <c>AddVerificationCodes</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The root of the application's configuration.</param>
    public static IServiceCollection AddVerificationGrpc(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddVerificationGrpc(options => configuration.GetSection("Verification:Grpc").Bind(options));
    }

    /// <summary>As the other overload, with the settings of the service given in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options of the service.</param>
    public static IServiceCollection AddVerificationGrpc(this IServiceCollection services, Action<VerificationServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<VerificationServerOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<VerificationServerOptions>, VerificationServerOptionsValidator>());
        // At a lower level the library logs each call. Its handler's errors are unreadable messages, which any caller
        // can send; failures inside the calls are logged by the calls.
        services.AddLogging(logging => logging
            .AddFilter("Grpc", LogLevel.Warning)
            .AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Critical));
        services.TryAddSingleton<CallOutages>();
        services.TryAddSingleton<VerificationCalls>();
        services.TryAddSingleton<VarifyCalls>();
        services.TryAddSingleton<VerificationServer>();
        services.AddHostedService(sp => sp.GetRequiredService<VerificationServer>());
        services.TryAddSingleton<VerificationClient>();
        services.TryAddSingleton<IRemoteVerification, RemoteServices>();
        return services;
    }
}
