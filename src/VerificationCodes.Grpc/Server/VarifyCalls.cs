using Grpc.Core;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using VerificationCodes.Grpc.Messages;

namespace VerificationCodes.Grpc.Server;

/// <summary>
/// The calls as the library hands them over: each ends within its deadline or that of the service, and every failure is
/// a status that tells the caller no more than necessary.
/// </summary>
internal sealed class VarifyCalls(
    VerificationCalls calls, CallOutages outages, IOptions<VerificationServerOptions> options, TimeProvider time, ILogger<VerificationServer> log)
    : VarifyService.VarifyServiceBase
{
    /// <summary>The error of every reply that says that Redis is away.</summary>
    internal const int RedisAway = 1;

    public override Task<GetVarifyRsp> GetVarifyCode(GetVarifyReq request, ServerCallContext context) =>
        AnswerAsync(context, token => calls.GetVarifyCodeAsync(request, token), () => new GetVarifyRsp { Error = RedisAway, Email = request.Email });

    public override Task<CheckVarifyRsp> CheckVarifyCode(CheckVarifyReq request, ServerCallContext context) =>
        AnswerAsync(
            context,
            async token =>
            {
                var (reply, settle) = await calls.CheckVarifyCodeAsync(request, token);
                if (settle is not null)
                {
                    SettleWhenAnswered(context, settle);
                }

                return reply;
            },
            () => new CheckVarifyRsp { Error = RedisAway });

    public override Task<IssueRsp> IssueCode(IssueReq request, ServerCallContext context) =>
        AnswerAsync(context, token => calls.IssueCodeAsync(request, token), () => new IssueRsp { Error = RedisAway });

    public override Task<StatusRsp> CancelCodes(CancelReq request, ServerCallContext context) =>
        AnswerAsync(context, token => calls.CancelCodesAsync(request, token), () => new StatusRsp { Error = RedisAway });

    public override Task<StatusRsp> SettleCode(SettleReq request, ServerCallContext context) =>
        AnswerAsync(context, _ => calls.SettleCodeAsync(request), () => new StatusRsp { Error = RedisAway });

    public override Task<StatusRsp> SendNotice(NoticeReq request, ServerCallContext context) =>
        AnswerAsync(context, token => calls.SendNoticeAsync(request, token), () => new StatusRsp { Error = RedisAway });

    public override Task<CreateCaptchaRsp> CreateCaptcha(CreateCaptchaReq request, ServerCallContext context) =>
        AnswerAsync(context, token => calls.CreateCaptchaAsync(request, token), () => new CreateCaptchaRsp { Error = RedisAway });

    public override Task<DrawCaptchaRsp> DrawCaptcha(DrawCaptchaReq request, ServerCallContext context) =>
        AnswerAsync(context, token => calls.DrawCaptchaAsync(request, token), () => new DrawCaptchaRsp { Error = RedisAway });

    private async Task<TReply> AnswerAsync<TReply>(
        ServerCallContext context, Func<CancellationToken, ValueTask<TReply>> call, Func<TReply> whileRedisIsAway)
    {
        // The caller's deadline is in the context's token; this one is the service's own.
        using var deadline = new CancellationTokenSource(options.Value.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.CancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (VerificationUnavailableException e)
        {
            outages.Tell(e);
            return whileRedisIsAway();
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The deadline of the call has passed."));
        }
        catch (OperationCanceledException)
        {
            // The caller is gone. Each script ran completely or not at all.
            log.CallerHungUp(context.Method);
            throw new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
#pragma warning disable CA1031 // The caller learns that it failed, not how: the text may repeat what was sent.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.CallFailed(context.Method, e.GetType().Name);
            throw new RpcException(new Status(StatusCode.Internal, "The call failed."));
        }
    }

    // A caller that has hung up got no answer: the same browser can get it once more.
    private static void SettleWhenAnswered(ServerCallContext context, Action settle)
    {
        var http = context.GetHttpContext();
        http.Response.OnCompleted(() =>
        {
            if (!http.RequestAborted.IsCancellationRequested)
            {
                settle();
            }

            return Task.CompletedTask;
        });
    }
}
