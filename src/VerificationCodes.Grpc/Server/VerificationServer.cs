using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace VerificationCodes.Grpc.Server;

/// <summary>
/// Serves the calls on a port of their own, apart from the web application's: its addresses, its pages and its limits
/// have nothing to do with this one.
/// </summary>
/// <param name="host">The services of the process: this server takes a few of them over.</param>
/// <param name="options">Where to listen, and the limits.</param>
/// <param name="log">Logs where it listens.</param>
internal sealed class VerificationServer(IServiceProvider host, IOptions<VerificationServerOptions> options, ILogger<VerificationServer> log)
    : IHostedService, IAsyncDisposable
{
    private WebApplication? _server;

    /// <summary>The port that is really listened on; 0 before the start or where the service is off.</summary>
    public int Port { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled)
        {
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure);
        AddServices(builder.Services);
        _server = builder.Build();
        _server.UseMiddleware<SecretCheck>();
        _server.UseRouting();
        _server.MapGrpcService<VarifyCalls>();
        _server.MapGrpcHealthChecksService();
        if (host.GetRequiredService<IHostEnvironment>().IsDevelopment())
        {
            _server.MapGrpcReflectionService();
        }

        await _server.StartAsync(cancellationToken);
        var address = _server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        Port = new Uri(address).Port;
        log.Serving(address);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
        {
            await _server.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private void AddServices(IServiceCollection services)
    {
        services.AddSingleton(host.GetRequiredService<ILoggerFactory>());
        services.AddSingleton(host.GetRequiredService<VarifyCalls>());
        services.AddSingleton(options);
        services.AddRoutingCore();
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.Value.MaxMessageBytes;
            grpc.CompressionProviders = [new BoundedGzip(options.Value.MaxMessageBytes)];
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks().AddCheck("redis", ActivatorUtilities.CreateInstance<RedisCheck>(host));
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // The library has the limit, and refuses with a status where Kestrel would reset the stream.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.Listen(IPAddress.Parse(options.Value.Address), options.Value.Port, listen => listen.Protocols = HttpProtocols.Http2);
    }
}
