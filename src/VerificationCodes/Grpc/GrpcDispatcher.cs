using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using Google.Protobuf;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using VerificationCodes.Diagnostics;
using VerificationCodes.Grpc.Messages;

namespace VerificationCodes.Grpc;

/// <summary>
/// Unary gRPC by hand: an HTTP/2 POST per call, one framed message each way, the status in the trailers. Reads no more
/// than the limit allows, and answers every fault with a status rather than a reset stream.
/// </summary>
internal sealed class GrpcDispatcher(VerificationCalls calls, CallOutages outages, IOptions<VerificationServerOptions> options, TimeProvider time, ILogger<GrpcDispatcher> log)
{
    private const string Service = "/message.VarifyService/";

    // Field 1 of every reply is its error: this number alone is a reply of each of them.
    internal const int RedisAway = 1;

    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || context.Request.ContentType?.StartsWith(GrpcFrame.ContentType, StringComparison.Ordinal) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        context.Response.ContentType = GrpcFrame.ContentType;
        context.Response.Headers["grpc-accept-encoding"] = "identity";
        using var deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        try
        {
            deadline.CancelAfter(TimeoutOf(context.Request));
            Authenticate(context.Request);
            await context.Response.Body.WriteAsync(await AnswerAsync(context.Request, either.Token), either.Token);
            End(context.Response, GrpcStatus.Ok, "");
        }
        catch (GrpcException e)
        {
            End(context.Response, e.Status, e.Message);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            End(context.Response, GrpcStatus.DeadlineExceeded, "The deadline of the call has passed.");
        }
        catch (OperationCanceledException)
        {
            // Nobody is left to answer. Whatever the scripts did, each did whole or not at all.
            log.CallerHungUp(context.Request.Path);
            End(context.Response, GrpcStatus.Cancelled, "The call was cancelled.");
        }
#pragma warning disable CA1031 // A caller is told that it failed, not how: the text may repeat what was sent.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.CallFailed(context.Request.Path, e.GetType().Name);
            End(context.Response, GrpcStatus.Internal, "The call failed.");
        }
    }

    private ValueTask<byte[]> AnswerAsync(HttpRequest request, CancellationToken cancellationToken) => request.Path.Value switch
    {
        Service + "GetVarifyCode" => CallAsync(request, GetVarifyReq.Parser, calls.GetVarifyCodeAsync, cancellationToken),
        Service + "CheckVarifyCode" => CallAsync(request, CheckVarifyReq.Parser, calls.CheckVarifyCodeAsync, cancellationToken),
        Service + "IssueCode" => CallAsync(request, IssueReq.Parser, calls.IssueCodeAsync, cancellationToken),
        Service + "CancelCodes" => CallAsync(request, CancelReq.Parser, calls.CancelCodesAsync, cancellationToken),
        Service + "SendNotice" => CallAsync(request, NoticeReq.Parser, calls.SendNoticeAsync, cancellationToken),
        Service + "CreateCaptcha" => CallAsync(request, CreateCaptchaReq.Parser, calls.CreateCaptchaAsync, cancellationToken),
        Service + "DrawCaptcha" => CallAsync(request, DrawCaptchaReq.Parser, calls.DrawCaptchaAsync, cancellationToken),
        _ => throw new GrpcException(GrpcStatus.Unimplemented, "There is no such call."),
    };

    private async ValueTask<byte[]> CallAsync<TRequest, TReply>(
        HttpRequest request, MessageParser<TRequest> parser, Func<TRequest, CancellationToken, ValueTask<TReply>> call, CancellationToken cancellationToken)
        where TRequest : IMessage<TRequest>
        where TReply : IMessage
    {
        var message = await ReadAsync(request, parser, cancellationToken);
        try
        {
            return GrpcFrame.Write(await call(message, cancellationToken));
        }
        catch (VerificationUnavailableException e)
        {
            outages.Tell(e);
            return GrpcFrame.Write(new StatusRsp { Error = RedisAway });
        }
    }

    private async ValueTask<T> ReadAsync<T>(HttpRequest request, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        try
        {
            return await GrpcFrame.ReadAsync(request.BodyReader, parser, options.Value.MaxMessageBytes, cancellationToken);
        }
        catch (IOException e)
        {
            // The stream was reset or its connection is gone. Kestrel fails the reading at once, and cancels
            // RequestAborted over the thread pool: it may not be cancelled yet.
            throw new OperationCanceledException("The caller hung up.", e);
        }
    }

    /// <summary>The caller's deadline, but never longer than one's own.</summary>
    private TimeSpan TimeoutOf(HttpRequest request)
    {
        var longest = options.Value.CallTimeout;
        if (request.Headers["grpc-timeout"] is not [{ } text])
            return longest;
        if (!GrpcFrame.TryParseTimeout(text, out var asked))
            throw new GrpcException(GrpcStatus.Internal, "grpc-timeout is at most eight digits and a unit.");
        return asked < longest ? asked : longest;
    }

    private void Authenticate(HttpRequest request)
    {
        if (options.Value.Secret.Length == 0)
            return;
        // Hashed first, so that the comparison takes as long for every length.
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(request.Headers[GrpcFrame.SecretHeader].ToString()));
        if (!CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(Encoding.UTF8.GetBytes(options.Value.Secret))))
            throw new GrpcException(GrpcStatus.Unauthenticated, "The metadata verification-secret is missing or wrong.");
    }

    private static void End(HttpResponse response, GrpcStatus status, string message)
    {
        response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message.Length > 0)
            response.AppendTrailer("grpc-message", GrpcFrame.EncodeMessage(message));
    }
}
