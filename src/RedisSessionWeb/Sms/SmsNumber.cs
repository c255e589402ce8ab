namespace RedisSessionWeb.Sms;

/// <summary>What <c>code</c> says in an answer. The numbers are those of the system that its clients come from.</summary>
internal enum SmsNumber
{
    /// <summary>Done.</summary>
    Ok = 200,

    /// <summary>Not the JSON that the route takes, or a field of it is missing.</summary>
    MissingField = 4001,

    /// <summary>The captcha is too old, was redeemed already, or never was one.</summary>
    CaptchaExpired = 4002,

    /// <summary>The captcha's answer is wrong; that captcha is used up.</summary>
    CaptchaWrong = 4003,

    /// <summary>Too often; <c>retry_after</c> has the seconds.</summary>
    TooOften = 4004,

    /// <summary>What stands in the path is no phone number, or none that messages go to.</summary>
    BadNumber = 4005,

    /// <summary>The provider of messages, the verification service or Redis is away; nothing was sent or counted.</summary>
    ProviderFailed = 5001,
}
