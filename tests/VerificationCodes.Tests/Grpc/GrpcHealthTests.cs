using System.Net;
using System.Net.Http.Headers;

using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

using TestServers;

using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Grpc;

/// <summary>What operators and tools ask of the service beside its calls, and what stands in front of all of them.</summary>
public sealed class GrpcHealthTests(SharedRedis redis)
{
    private const string Secret = "a secret of 16 characters or more";

    [Fact]
    public async Task The_health_service_needs_no_secret_and_tells_whether_redis_answers()
    {
        await using var server = await RedisServer.StartAsync();
        await using var bench = await StartAsync(server);
        using var channel = Channel(bench);
        var health = new Health.HealthClient(channel);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest())).Status);
        await server.StopAsync();
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest())).Status);
        await server.StartAgainAsync();
        await Eventually.TrueAsync(async () =>
            (await health.CheckAsync(new HealthCheckRequest())).Status == HealthCheckResponse.Types.ServingStatus.Serving);
    }

    [Theory]
    [InlineData("Development", true, null)]
    [InlineData("Development", false, StatusCode.Unauthenticated)]
    [InlineData("Production", true, StatusCode.Unimplemented)]
    public async Task Reflection_is_served_in_development_only_and_with_the_secret(string environment, bool hasSecret, StatusCode? refusal)
    {
        await using var bench = await StartAsync(redis.Server, environment);
        using var channel = Channel(bench);
        using var call = new ServerReflection.ServerReflectionClient(channel)
            .ServerReflectionInfo(hasSecret ? new Metadata { { "verification-secret", Secret } } : []);

        async Task<string[]> ServicesAsync()
        {
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            return [.. call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name)];
        }

        if (refusal is { } status)
        {
            Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(ServicesAsync)).StatusCode);
        }
        else
        {
            Assert.Contains("message.VarifyService", await ServicesAsync());
        }
    }

    [Fact]
    public async Task A_call_without_the_secret_is_refused_before_its_message_has_come()
    {
        await using var bench = await StartAsync(redis.Server);
        using var http = new HttpClient();
        using var content = new EndlessContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{GrpcServiceTests.PortOf(bench)}/message.VarifyService/GetVarifyCode")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal("16", response.Headers.GetValues("grpc-status").Single());
    }

    private static Task<CodeBench> StartAsync(RedisServer server, string environment = "Development") => CodeBench.StartAsync(
        server,
        services: services => services
            .AddVerificationGrpc(o => (o.Enabled, o.Port, o.Secret) = (true, 0, Secret))
            .AddSingleton<IHostEnvironment>(new Environment { EnvironmentName = environment }));

    private static GrpcChannel Channel(CodeBench bench) => GrpcChannel.ForAddress($"http://127.0.0.1:{GrpcServiceTests.PortOf(bench)}");

    /// <summary>Has begun, and goes on until the other side ends it.</summary>
    private sealed class EndlessContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[] { 0, 0, 0, 0, 40, 10, 16 }, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }

    private sealed class Environment : IHostEnvironment
    {
        public required string EnvironmentName { get; set; }

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
