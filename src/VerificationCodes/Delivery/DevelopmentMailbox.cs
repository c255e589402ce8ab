using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

using RespClient;
using RespClient.Commands;

using VerificationCodes.Codes;
using VerificationCodes.Delivery.Development;

namespace VerificationCodes.Delivery;

/// <summary>The mailbox of Development, and the transports that deliver to it.</summary>
internal sealed class DevelopmentMailbox(IRedisClient redis, RedisKeys keys) : IDevelopmentMailbox, IMailTransport, ISmsTransport
{
    private const int Capacity = 200;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly LuaScript Deposit = LuaScript.FromResource(typeof(DevelopmentMailbox), "Deposit.lua");

    public async ValueTask<IReadOnlyList<MailboxMessage>> ListAsync(string? to, CancellationToken cancellationToken)
    {
        var reply = await redis.ReadTaggedAsync("LRANGE", keys.DevelopmentMailbox, [0, Capacity - 1], cancellationToken);
        var messages = new List<MailboxMessage>(reply.Items.Length);
        foreach (var item in reply.Items)
        {
            var letter = JsonSerializer.Deserialize(item.Bytes.Span, MailboxJson.Default.Letter)!;
            if (to is null || letter.To == to)
            {
                messages.Add(letter.ToMessage());
            }
        }

        return messages;
    }

    public async ValueTask<MailboxMessage?> FindAsync(string id, CancellationToken cancellationToken)
    {
        foreach (var message in await ListAsync(null, cancellationToken))
        {
            if (message.Id == id)
            {
                return message;
            }
        }

        return null;
    }

    public async ValueTask ClearAsync(CancellationToken cancellationToken) =>
        await redis.DeleteAsync(keys.DevelopmentMailbox, cancellationToken);

    public ValueTask<DeliveryResult> SendAsync(OutgoingMail mail, CancellationToken cancellationToken) =>
        KeepAsync(new Letter(NewId(), mail.To.Value, mail.Subject, mail.Text, mail.Html, mail.Language), cancellationToken);

    public ValueTask<DeliveryResult> SendAsync(OutgoingSms sms, CancellationToken cancellationToken) =>
        KeepAsync(new Letter(NewId(), sms.To.Value, "", sms.Text, "", ""), cancellationToken);

    private static string NewId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));

    private async ValueTask<DeliveryResult> KeepAsync(Letter letter, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(letter, MailboxJson.Default.Letter);
        await Deposit.ExecuteAsync(redis, [keys.DevelopmentMailbox], [json, Capacity, (long)Lifetime.TotalMilliseconds], cancellationToken);
        return DeliveryResult.Delivered;
    }
}

/// <summary>A message as it is stored.</summary>
internal sealed record Letter(string Id, string To, string Subject, string Text, string Html, string Language)
{
    public long ReceivedAt { get; init; }

    public MailboxMessage ToMessage() => new()
    {
        Id = Id,
        ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(ReceivedAt),
        To = To,
        Subject = Subject,
        Text = Text,
        Html = Html,
        Language = Language,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Letter))]
internal sealed partial class MailboxJson : JsonSerializerContext;
