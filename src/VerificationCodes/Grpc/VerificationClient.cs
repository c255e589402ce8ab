using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;

using Google.Protobuf;

using Microsoft.Extensions.Options;

namespace VerificationCodes.Grpc;

/// <summary>Calls the verification service of another process: one connection, a deadline on each call.</summary>
/// <remarks>
/// A call is sent again only when no connection could be made, so that it cannot have run; otherwise a code might be
/// used up by an answer that got lost, or a second message sent.
/// </remarks>
internal sealed class VerificationClient(IOptions<VerificationOptions> options, TimeProvider time) : IDisposable
{
    // A picture is a few kilobytes.
    private const int MaxReplyBytes = 256 * 1024;

    private static readonly TimeSpan BeforeRetry = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // A dead peer is found out by a ping, not by the first person who waits for it.
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Makes a call.</summary>
    /// <exception cref="VerificationUnavailableException">The service is away, too slow, or not this service.</exception>
    public async ValueTask<TReply> CallAsync<TReply>(string method, IMessage request, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : IMessage<TReply>
    {
        using var deadline = new CancellationTokenSource(options.Value.RemoteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            try
            {
                return await SendAsync(method, request, parser, options.Value.RemoteTimeout, either.Token);
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
            {
                await Task.Delay(BeforeRetry, time, either.Token);
                return await SendAsync(method, request, parser, options.Value.RemoteTimeout - time.GetElapsedTime(started), either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VerificationUnavailableException($"The verification service did not answer within {options.Value.RemoteTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or GrpcException)
        {
            throw new VerificationUnavailableException("The verification service is away.", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<TReply> SendAsync<TReply>(
        string method, IMessage message, MessageParser<TReply> parser, TimeSpan remaining, CancellationToken cancellationToken)
        where TReply : IMessage<TReply>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Value.Remote!, $"/message.VarifyService/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Write(message)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(GrpcFrame.ContentType);
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.Add("grpc-timeout", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)remaining.TotalMilliseconds)}m"));
        if (options.Value.RemoteSecret.Length > 0)
            request.Headers.Add(GrpcFrame.SecretHeader, options.Value.RemoteSecret);

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new GrpcException(GrpcStatus.Unavailable, $"HTTP status {(int)response.StatusCode}.");
        // Read to the end: the trailers come after the body.
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        CheckStatus(response);
        return await GrpcFrame.ReadAsync(PipeReader.Create(new MemoryStream(body)), parser, MaxReplyBytes, cancellationToken);
    }

    private static void CheckStatus(HttpResponseMessage response)
    {
        if (!response.TrailingHeaders.TryGetValues("grpc-status", out var values) && !response.Headers.TryGetValues("grpc-status", out values))
            throw new GrpcException(GrpcStatus.Internal, "The answer has no status.");
        var status = values.First();
        if (status != "0")
            throw new GrpcException(GrpcStatus.Unavailable, $"gRPC status {status}.");
    }
}
