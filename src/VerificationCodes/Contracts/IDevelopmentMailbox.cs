namespace VerificationCodes.Delivery.Development;

/// <summary>
/// Where messages go in Development instead of into the world: the newest 200, for an hour, in Redis
/// (<c>DEV:mailbox</c>), so that every instance shows the same. Registered only in Development: ask for it with
/// <c>GetService</c> and map no page where it is missing.
/// </summary>
public interface IDevelopmentMailbox
{
    /// <summary>The messages, newest first.</summary>
    /// <param name="to">Only those to this address, in its normalised form; <see langword="null"/>: all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<IReadOnlyList<MailboxMessage>> ListAsync(string? to = null, CancellationToken cancellationToken = default);

    /// <summary>One message by its id, or <see langword="null"/>.</summary>
    ValueTask<MailboxMessage?> FindAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Empties the mailbox.</summary>
    ValueTask ClearAsync(CancellationToken cancellationToken = default);
}

/// <summary>A message in the development mailbox.</summary>
public sealed record MailboxMessage
{
    /// <summary>Its id, fit for a URL.</summary>
    public required string Id { get; init; }

    /// <summary>When it arrived, by Redis' clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The address or number it went to.</summary>
    public required string To { get; init; }

    /// <summary>The subject; empty for a text message.</summary>
    public required string Subject { get; init; }

    /// <summary>The plain text.</summary>
    public required string Text { get; init; }

    /// <summary>The HTML document; empty for a text message. Show it in a sandboxed frame.</summary>
    public required string Html { get; init; }

    /// <summary>The language, <c>en</c> or <c>zh-CN</c>.</summary>
    public required string Language { get; init; }

    /// <summary>Whether it is a text message.</summary>
    public bool IsSms => Html.Length == 0;
}
