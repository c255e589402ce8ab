using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;
using VerificationCodes.Codes;
using VerificationCodes.Delivery;
using VerificationCodes.Outbox;

namespace VerificationCodes.Templates;

/// <summary>Writes a message of the outbox out in words, computing its code. The result lives only as long as it is being sent.</summary>
internal sealed class MessageComposer(ServerKeys serverKeys, IOptions<VerificationOptions> options, IOptions<SmsOptions> sms)
{
    /// <summary>A mail or a text message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="remaining">What is left until its deadline.</param>
    /// <returns>An <see cref="OutgoingMail"/>, an <see cref="OutgoingSms"/>, or the reason why it cannot be written.</returns>
    public object Compose(OutboxMessage message, TimeSpan remaining)
    {
        var wording = Wording.For(message.Language);
        var facts = Facts(message, remaining);
        if (facts is null && message.Notice is null)
        {
            return "its key was dropped";
        }

        if (PhoneNumber.TryParse(message.To, out var number))
        {
            return facts is null ? "a notice to a number" : new OutgoingSms(number, WithWebOtp(wording.Sms(facts), facts));
        }

        if (!EmailAddress.TryParse(message.To, out var address))
        {
            return "not an address";
        }

        if (message.Notice is not null && !Enum.TryParse<NoticeKind>(message.Notice, out _))
        {
            return "an unknown notice";
        }

        return Mail(message, address, wording, message.Notice is { } kind
            ? wording.Notice(Enum.Parse<NoticeKind>(kind), options.Value.ProductName, message.Detail ?? "")
            : wording.Code(PurposeOf(message), facts!));
    }

    private static CodePurpose PurposeOf(OutboxMessage message) =>
        CodePurposeNames.TryParse(message.Purpose ?? "", out var purpose) ? purpose : CodePurpose.General;

    private CodeFacts? Facts(OutboxMessage message, TimeSpan remaining)
    {
        if (message.Notice is not null || message.Nonce is null || serverKeys.Find(message.Key ?? "") is not { } key)
        {
            return null;
        }

        var scope = new CodeScope(PurposeOf(message), message.To, message.Browser ?? "-");
        return new CodeFacts(
            options.Value.ProductName, CodeDerivation.Code(key, scope, message.Nonce), MinutesOf(remaining), CodeDerivation.Reference(key, message.Nonce));
    }

    /// <summary>Whole minutes to promise: rounded down, but a few seconds on the way do not cost a minute.</summary>
    private static int MinutesOf(TimeSpan remaining) => Math.Max(1, (int)(remaining + TimeSpan.FromSeconds(15)).TotalMinutes);

    /// <summary>Browsers offer to fill in the code when the last line is <c>@host #code</c> (WICG, origin-bound one-time codes).</summary>
    private string WithWebOtp(string text, CodeFacts facts) =>
        sms.Value.Domain.Length == 0 ? text : $"{text}\n\n@{sms.Value.Domain} #{facts.Code}";

    private OutgoingMail Mail(OutboxMessage message, EmailAddress to, Wording wording, Letterhead letter)
    {
        var footer = wording.Footer(options.Value.ProductName);
        return new OutgoingMail
        {
            To = to,
            Subject = letter.Subject,
            Text = MailLayout.Text(letter, footer),
            Html = MailLayout.Html(letter, footer, wording.Language),
            Language = wording.Language,
            MessageId = message.Id,
        };
    }
}
