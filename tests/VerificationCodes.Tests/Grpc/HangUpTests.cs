using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

using TestServers;
using TestServers.Grpc;

using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Grpc;

/// <summary>Callers that go away before they have said all: nothing is left of them, and no error is logged.</summary>
public sealed class HangUpTests(SharedRedis redis)
{
    private const int Callers = 20;

    /// <summary>How a caller goes away. HttpClient, where its caller cancels, ends the half message and then resets the stream.</summary>
    public enum HangUp
    {
        Cancel,
        ResetStream,
        CloseConnection,
        ResetConnection,
    }

    [Theory]
    [InlineData(HangUp.Cancel)]
    [InlineData(HangUp.ResetStream)]
    [InlineData(HangUp.CloseConnection)]
    [InlineData(HangUp.ResetConnection)]
    public async Task A_client_that_hangs_up_in_the_middle_of_a_message_leaves_nothing_behind_and_the_service_alive(HangUp way)
    {
        await using var bench = await new GrpcServiceTests(redis).StartAsync();
        using var shared = new Caller(way);
        for (var i = 1; i <= Callers; i++)
        {
            // A connection that is broken carries no second call.
            using var own = new Caller(way);
            await (way < HangUp.CloseConnection ? shared : own).SendHalfAsync(bench, calls: i);
        }

        await Eventually.TrueAsync(() => Count(bench, "Request finished") == Callers);
        Assert.DoesNotContain(bench.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Equal("", (await redis.Server.CliAsync("KEYS", bench.Prefix + "*half@example.com*")).Trim());
        await using var client = await GrpcClient.StartAsync(GrpcServiceTests.PortOf(bench), Path.Combine(GrpcClient.Folder, "original.proto"));
        Assert.Equal(0, (await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "ann@example.com" } }))["reply"]!["error"]!.GetValue<int>());
    }

    private static int Count(CodeBench bench, string text) => bench.Logs.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    private sealed class Caller : IDisposable
    {
        private readonly HangUp _way;
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly HttpClient _http;

        public Caller(HangUp way)
        {
            _way = way;
            _socket.LingerState = new LingerOption(enable: way == HangUp.ResetConnection, seconds: 0);
            _http = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellationToken) =>
                {
                    await _socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                    return new NetworkStream(_socket);
                },
            });
        }

        public async Task SendHalfAsync(CodeBench bench, int calls)
        {
            using var cancelled = new CancellationTokenSource();
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{GrpcServiceTests.PortOf(bench)}/message.VarifyService/GetVarifyCode")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new HalfMessage(async () =>
                {
                    // One that hangs up earlier may never have been heard.
                    await Eventually.TrueAsync(() => Count(bench, "Request starting") == calls);
                    await HangUpAsync(cancelled);
                }),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            var end = await Record.ExceptionAsync(() => _http.SendAsync(request, cancelled.Token));
            Assert.True(_way == HangUp.Cancel ? end is OperationCanceledException : end is HttpRequestException, end?.ToString());
        }

        public void Dispose()
        {
            _http.Dispose();
            _socket.Dispose();
        }

        private async Task HangUpAsync(CancellationTokenSource cancelled)
        {
            if (_way == HangUp.Cancel)
            {
                await cancelled.CancelAsync();
                return;
            }

            if (_way != HangUp.ResetStream)
            {
                _socket.Close();
            }

            throw new IOException("The caller has hung up.");
        }
    }

    /// <summary>A frame that announces more bytes than come before its sender hangs up.</summary>
    private sealed class HalfMessage(Func<Task> hangUp) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[] { 0, 0, 0, 0, 40, 10, 16 }, cancellationToken);
            await stream.WriteAsync("half@example.com"u8.ToArray(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await hangUp();
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
