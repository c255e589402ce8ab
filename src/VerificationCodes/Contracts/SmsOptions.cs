namespace VerificationCodes.Delivery;

/// <summary>Text messages, section <c>Sms</c>.</summary>
public sealed class SmsOptions
{
    /// <summary>Whether codes go to phone numbers at all. Default <see langword="false"/>.</summary>
    public bool Enabled { get; set; }

    /// <summary>
    /// The regions that messages go to, in ISO 3166-1 alpha-2, such as <c>CN</c>, <c>DE</c>. Default empty: none, and a refusal to
    /// start where SMS is enabled.
    /// </summary>
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

    /// <summary>The breaker: text messages in one hour, all together. Mail has its own. 1 to 100000; default 600.</summary>
    public int SendsPerHour { get; set; } = 600;

    /// <summary>The breaker of a day: text messages in 24 hours, all together. <see cref="SendsPerHour"/> to 1000000; default 3000.</summary>
    public int SendsPerDay { get; set; } = 3000;

    /// <summary>The breaker per region: messages in one hour to its numbers. 1 to 100000; default 300.</summary>
    public int SendsPerRegionPerHour { get; set; } = 300;

    /// <summary>The breaker per prefix (the first six digits): messages in one hour. 1 to 100000; default 60.</summary>
    public int SendsPerPrefixPerHour { get; set; } = 60;

    /// <summary>The site's host for the last line of a message (<c>@host #code</c>), by which browsers offer to fill in the code (WebOTP). Default empty: no such line.</summary>
    public string Domain { get; set; } = "";
}
