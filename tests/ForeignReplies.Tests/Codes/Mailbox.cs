using System.Collections.Concurrent;
using System.Text.RegularExpressions;

using VerificationCodes.Delivery;

namespace ForeignReplies.Tests.Codes;

/// <summary>What a mail with a code says.</summary>
internal sealed record CodeMail(string Code, string Reference);

/// <summary>Where mails arrive: keeps the newest of each address.</summary>
internal sealed partial class Mailbox : IMailTransport
{
    private readonly ConcurrentDictionary<string, CodeMail> _mails = new();

    public ValueTask<DeliveryResult> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        _mails[mail.To.Value] = new CodeMail(Code().Match(mail.Text).Groups[1].Value, Reference().Match(mail.Subject).Groups[1].Value);
        return ValueTask.FromResult(DeliveryResult.Delivered);
    }

    /// <summary>The mail to an address; null: none has come yet.</summary>
    public CodeMail? Find(string address) => _mails.GetValueOrDefault(address);

    [GeneratedRegex(@"^    (\d{6})\r?$", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\(reference (....)\)")]
    private static partial Regex Reference();
}
