using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Localization;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Forms.Numbers;

/// <summary>A page that asks for a code to be sent to a phone number. Where text messages are off there is no such page.</summary>
internal abstract class NumberPage(ICaptchaService captchas, IOptions<SmsOptions> sms, IStringLocalizer<Text> text) : AskPage(captchas, text)
{
    // Without a choice, the page's language is the best guess.
    private const string China = "CN";

    [BindProperty]
    public string? Number { get; set; }

    /// <summary>The region of a number that was typed without a country code.</summary>
    [BindProperty]
    public string? Country { get; set; }

    /// <summary>The regions that text messages go to; empty: known to the verification service alone.</summary>
    public IList<string> Countries => sms.Value.Countries;

    /// <summary>A region as people choose it: by the digits they know, and by its letters where several share them.</summary>
    public static string NameOf(string region) => PhoneNumber.CountryCodeOf(region) + " " + region;

    protected override string AddressField => nameof(Number);

    protected override ContactWords WordsForContact
    {
        get
        {
            var words = ContactWords.OfTextMessages(T, string.Join(", ", Countries.Select(NameOf)));
            // Refused although its country is listed: a landline, or a remote verification service serves other
            // countries.
            return IsListed ? words with { NotDeliverable = T["Text messages do not go to this number."] } : words;
        }
    }

    private bool IsListed => PhoneNumber.TryParse(Number, out var number, Country ?? "")
        && Countries.Contains(number.Region);

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (!sms.Value.Enabled)
        {
            context.Result = NotFound();
        }
        else if (Country is null || !Countries.Contains(Country))
        {
            Country = Languages.Current.Name == "zh-CN" && Countries.Contains(China) ? China : Countries.FirstOrDefault();
        }
    }
}
