using Microsoft.Extensions.Localization;

namespace RedisSessionWeb.Localization;

/// <summary>Why no code was sent or taken, in words for the kind of address that a page asks for.</summary>
/// <param name="NotDeliverable">No such address, or none that messages go to.</param>
/// <param name="TooSoon">The last message was less than the cool-down ago.</param>
/// <param name="AddressLimit">The address had its messages.</param>
/// <param name="ClientLimit">The network had its messages.</param>
/// <param name="Busy">A breaker is open.</param>
/// <param name="Blocked">The address had its wrong answers.</param>
internal sealed record ContactWords(
    LocalizedString NotDeliverable, LocalizedString TooSoon, LocalizedString AddressLimit, LocalizedString ClientLimit,
    LocalizedString Busy, LocalizedString Blocked)
{
    public static ContactWords OfMail(IStringLocalizer<Text> text) => new(
        text["Enter one e-mail address, such as name@example.com."],
        text["A mail is on its way to this address."],
        text["This address was sent too many mails."],
        text["Too many mails were requested from your network."],
        text["Too many mails are being requested at the moment."],
        text["Too many wrong codes for this address."]);

    /// <param name="text">The texts of the site.</param>
    /// <param name="countries">The regions that messages go to, as people know them; empty: known to the verification service alone.</param>
    public static ContactWords OfTextMessages(IStringLocalizer<Text> text, string countries) => new(
        countries.Length == 0
            ? text["Enter one mobile number with its country code, such as +49 1512 3456789, of a country that text messages go to."]
            : text["Enter one mobile number. Text messages go to numbers of these countries: {0}.", countries],
        text["A text message is on its way to this number."],
        text["This number was sent too many text messages."],
        text["Too many text messages were requested from your network."],
        text["Too many text messages are being requested at the moment."],
        text["Too many wrong codes for this number."]);
}
