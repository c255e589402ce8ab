namespace RespClient.PubSub;

/// <summary>A published message.</summary>
/// <param name="Channel">The channel it was published to.</param>
/// <param name="Payload">Its bytes.</param>
public sealed record RedisMessage(string Channel, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The payload as UTF-8 text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Payload.Span);
}
