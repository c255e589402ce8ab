using Grpc.Core;
using Grpc.Net.Client;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using VerificationCodes.Grpc.Messages;
using VerificationCodes.Grpc.Server;

namespace VerificationCodes.Grpc.Client;

/// <summary>Calls the verification service of another process: one connection, a deadline on each call.</summary>
/// <remarks>
/// A call is sent again only when no connection could be made, so that it cannot have run; otherwise a code might be
/// used up by an answer that got lost, or a second message sent.
/// </remarks>
internal sealed class VerificationClient(IOptions<VerificationOptions> options, TimeProvider time, ILoggerFactory loggers) : IDisposable
{
    // A picture is a few kilobytes.
    private const int MaxReplyBytes = 256 * 1024;

    private static readonly TimeSpan BeforeRetry = TimeSpan.FromMilliseconds(100);

    private readonly Lazy<GrpcChannel> _channel = new(() => Connect(options.Value.Remote!, loggers));

    /// <summary>Makes a call.</summary>
    /// <param name="call">Sends its message.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="VerificationUnavailableException">The service is away, too slow, or not this service.</exception>
    public async ValueTask<TReply> CallAsync<TReply>(
        Func<VarifyService.VarifyServiceClient, CallOptions, AsyncUnaryCall<TReply>> call, CancellationToken cancellationToken)
    {
        var service = new VarifyService.VarifyServiceClient(_channel.Value);
        var limit = options.Value.RemoteTimeout;
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var sent = new CallOptions(Headers(), deadline: (time.GetUtcNow() + limit).UtcDateTime, cancellationToken: either.Token);
        try
        {
            try
            {
                return await call(service, sent);
            }
            catch (RpcException e) when (IsWithoutConnection(e))
            {
                await Task.Delay(BeforeRetry, time, either.Token);
                return await call(service, sent);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && IsLate(e))
        {
            throw new VerificationUnavailableException($"The verification service did not answer within {limit.TotalSeconds:0.#} s.");
        }
        catch (RpcException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (RpcException e)
        {
            throw new VerificationUnavailableException("The verification service is away.", e);
        }
    }

    public void Dispose()
    {
        if (_channel.IsValueCreated)
        {
            _channel.Value.Dispose();
        }
    }

    // Given as a client and not as a handler: with a handler the library counts connections itself, and refuses calls for a
    // while after the service is back.
    private static GrpcChannel Connect(Uri address, ILoggerFactory loggers) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        HttpClient = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // A ping finds a dead peer before a user has to wait for it.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            EnableMultipleHttp2Connections = true,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = MaxReplyBytes,
        LoggerFactory = loggers,
    });

    private Metadata Headers()
    {
        var headers = new Metadata();
        if (options.Value.RemoteSecret.Length > 0)
        {
            headers.Add(SecretCheck.Header, options.Value.RemoteSecret);
        }

        return headers;
    }

    private static bool IsWithoutConnection(RpcException e) =>
        e.Status.DebugException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };

    private static bool IsLate(Exception e) =>
        e is OperationCanceledException or RpcException { StatusCode: StatusCode.DeadlineExceeded or StatusCode.Cancelled };
}
