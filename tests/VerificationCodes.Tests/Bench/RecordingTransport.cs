using System.Collections.Concurrent;
using System.Text.RegularExpressions;

using VerificationCodes.Delivery;

namespace VerificationCodes.Tests.Bench;

/// <summary>Keeps every message it is given, and answers as the test says.</summary>
internal sealed partial class RecordingTransport : IMailTransport, ISmsTransport
{
    private readonly ConcurrentQueue<OutgoingMail> _mails = new();
    private readonly ConcurrentQueue<OutgoingSms> _texts = new();

    public IReadOnlyList<OutgoingMail> Mails => [.. _mails];

    public IReadOnlyList<OutgoingSms> Texts => [.. _texts];

    /// <summary>What the transport answers to the nth mail, from 0; kept or not, it is counted.</summary>
    public Func<int, Task<DeliveryResult>> Answer { get; set; } = _ => Task.FromResult(DeliveryResult.Delivered);

    public async ValueTask<DeliveryResult> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        _mails.Enqueue(mail);
        return await Answer(_mails.Count - 1);
    }

    public ValueTask<DeliveryResult> SendAsync(OutgoingSms sms, CancellationToken cancellationToken)
    {
        _texts.Enqueue(sms);
        return ValueTask.FromResult(DeliveryResult.Delivered);
    }

    /// <summary>The six digits that stand alone in a mail's text.</summary>
    public static string CodeIn(OutgoingMail mail) => CodeLine().Match(mail.Text).Groups[1].Value;

    [GeneratedRegex(@"^    (\d{6})\r?$", RegexOptions.Multiline)]
    private static partial Regex CodeLine();
}
