using System.Globalization;

using ForeignReplies.Tests.Codes;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

using TestServers;

using VerificationCodes.Delivery;

namespace ForeignReplies.Tests.Cancelled;

/// <summary>The verification service as <c>--role verify</c> composes it, with a mailbox in place of a mail server.</summary>
internal sealed class VerifyApp : IAsyncDisposable
{
    private readonly IHost _host;

    private VerifyApp(IHost host, int port)
    {
        _host = host;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
    }

    public Uri Address { get; }

    public static async Task<VerifyApp> StartAsync(string redis, Mailbox mailbox)
    {
        var port = RedisServer.FreePort();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(
        [
            new("Verification:Grpc:Enabled", "true"),
            new("Verification:Grpc:Port", port.ToString(CultureInfo.InvariantCulture)),
            new("Verification:SendsPerMinute", "1000000"),
        ]);
        builder.Services.AddRespClient(options => options.ConnectionString = redis);
        builder.Services.AddSingleton<IMailTransport>(mailbox);
        builder.Services.AddVerificationCodes(builder.Configuration).AddVerificationGrpc(builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        return new VerifyApp(host, port);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
