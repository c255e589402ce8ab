using VerificationCodes.Addresses;

namespace VerificationCodes.Codes;

/// <summary>
/// The names of the keys, each defined here once. All of them expire; the scripts that write them set the TTL.
/// </summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>Messages waiting to be sent: a stream with one consumer group.</summary>
    public string Outbox => prefix + "MAIL:outbox";

    /// <summary>Messages to be tried again: a sorted set by due time.</summary>
    public string Delayed => prefix + "MAIL:delayed";

    /// <summary>Messages given up, with the reason: a stream.</summary>
    public string DeadLetters => prefix + "MAIL:dead";

    /// <summary>The development mailbox: a list, newest first.</summary>
    public string DevelopmentMailbox => prefix + "DEV:mailbox";

    /// <summary>Mails of the running minute, all together: a counter.</summary>
    public string SendsOfAll => prefix + "sends_all";

    /// <summary>Open codes: a hash, one field per browser.</summary>
    public string Code(CodePurpose purpose, ContactAddress address) => $"{prefix}code_{purpose.ToName()}:{address.Value}";

    /// <summary>Exists while an address is in its cool-down.</summary>
    public string CoolDown(ContactAddress address) => $"{prefix}is_send_{address.Value}";

    /// <summary>The times of messages to an address and to others of the same mailbox, and who asked: a sorted set.</summary>
    public string Sends(ContactAddress address) => $"{prefix}sends_{address.Budget}";

    /// <summary>The times of messages that a client caused: a sorted set.</summary>
    public string SendsOfClient(ClientNetwork client) => $"{prefix}sends_ip_{client}";

    /// <summary>Text messages of the running hour, all together: a counter.</summary>
    public string TextsOfHour => prefix + "sends_sms_hour";

    /// <summary>Text messages of the running day, all together: a counter.</summary>
    public string TextsOfDay => prefix + "sends_sms_day";

    /// <summary>Text messages of the running hour to numbers of one region: a counter.</summary>
    public string TextsToRegion(string region) => $"{prefix}sends_sms_{region}";

    /// <summary>Messages of the running hour to numbers of one prefix: a counter.</summary>
    public string SendsToNumberPrefix(string digits) => $"{prefix}sends_prefix_{digits}";

    /// <summary>How often the provider of text messages failed in a row: a counter.</summary>
    public string SmsTrouble => prefix + "sms_trouble";

    /// <summary>The times of wrong answers for an address: a sorted set.</summary>
    public string Misses(ContactAddress address) => $"{prefix}misses_{address.Value}";

    /// <summary>Wrong answers of the running hour, all together: a counter.</summary>
    public string MissesOfAll => prefix + "misses_all";

    /// <summary>The times of notices to an address, and to others of the same mailbox: a sorted set.</summary>
    public string Notices(ContactAddress address) => $"{prefix}notices_{address.Budget}";

    /// <summary>Exists while a captcha can be redeemed; how often its picture was drawn.</summary>
    public string Captcha(string id) => $"{prefix}img_{id}";

    /// <summary>Captchas that a client had made in the running minute: a counter.</summary>
    public string CaptchasOfClient(ClientNetwork client) => $"{prefix}imgs_ip_{client}";

    /// <summary>Pictures that were drawn for a client in the running minute: a counter.</summary>
    public string PicturesOfClient(ClientNetwork client) => $"{prefix}pics_ip_{client}";
}
