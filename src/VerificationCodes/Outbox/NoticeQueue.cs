using System.Buffers.Text;
using System.Security.Cryptography;

using Microsoft.Extensions.Logging;

using RespClient;
using RespClient.Commands;

using VerificationCodes.Codes;
using VerificationCodes.Delivery;
using VerificationCodes.Diagnostics;

namespace VerificationCodes.Outbox;

/// <summary>Puts notices into the outbox.</summary>
internal sealed class NoticeQueue(IRedisClient redis, RedisKeys keys, OutboxSignal signal, ILogger<NoticeQueue> log) : INoticeService
{
    private const int NoticesPerDay = 20;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private static readonly LuaScript Script = LuaScript.FromResource(typeof(NoticeQueue), "Notify.lua");

    public async ValueTask SendAsync(Notice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (!Notice.IsDetail(notice.Detail))
        {
            throw new ArgumentException("A detail has at most 100 characters and no control characters.", nameof(notice));
        }

        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var message = new OutboxMessage
        {
            Id = id,
            To = notice.To.Value,
            Language = notice.Language,
            Notice = notice.Kind.ToString(),
            Detail = notice.Detail,
        };
        var reply = await Script.ExecuteAsync(
            redis, [keys.Notices(notice.To), keys.Outbox], [NoticesPerDay, (long)Lifetime.TotalMilliseconds, id, message.ToJson()], cancellationToken).OrUnavailableAsync();
        if (reply.AsInt64() == 0)
        {
            log.NoticeDropped(notice.Kind, notice.To.Masked);
        }
        else
        {
            signal.Set();
        }
    }
}
