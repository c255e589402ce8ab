namespace VerificationCodes.Delivery;

/// <summary>Text messages, section <c>Sms</c>.</summary>
public sealed class SmsOptions
{
    /// <summary>Whether codes go to phone numbers at all. Default <see langword="false"/>.</summary>
    public bool Enabled { get; set; }

    /// <summary>The country codes that messages go to, such as <c>+86</c>, <c>+49</c>. Default empty: none, and a refusal to start where SMS is enabled.</summary>
    public IList<string> Countries { get; } = [];

    /// <summary>
    /// Where the provider takes messages: a form POST of <c>To</c>, <c>From</c> and <c>Body</c> with basic authentication, as
    /// Twilio's REST API has it (<c>https://…/2010-04-01/Accounts/{user}/Messages.json</c>). Default
    /// <see langword="null"/>: the development mailbox, in Development only. <c>https</c> is demanded elsewhere.
    /// </summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The user for basic authentication.</summary>
    public string User { get; set; } = "";

    /// <summary>The password for basic authentication.</summary>
    public string Password { get; set; } = "";

    /// <summary>The sender's number or name.</summary>
    public string From { get; set; } = "";

    /// <summary>The breaker per prefix (the first six digits): messages in one hour. 1 to 100000; default 60.</summary>
    public int SendsPerPrefixPerHour { get; set; } = 60;

    /// <summary>The site's host for the last line of a message (<c>@host #code</c>), by which browsers offer to fill in the code (WebOTP). Default empty: no such line.</summary>
    public string Domain { get; set; } = "";
}
