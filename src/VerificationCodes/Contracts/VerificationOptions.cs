using VerificationCodes.Captcha;

namespace VerificationCodes;

/// <summary>
/// The settings of the library, section <c>Verification</c>. Checked at start: a value out of range ends the process
/// with a message that names the key, the value (never a secret) and the range.
/// </summary>
/// <remarks>
/// The defaults are NIST SP 800-63B-4's (out-of-band secrets: six digits, ten minutes, accepted once, misses limited
/// across codes) and OWASP ASVS 5.0.0's (6.5, 6.6).
/// </remarks>
public sealed class VerificationOptions
{
    /// <summary>
    /// The server keys that codes are derived with, each <c>name:base64</c> with a name of 1 to 16 letters and digits and
    /// at least 32 random bytes (<c>openssl rand -base64 32</c>). The first makes new codes, all are accepted: to
    /// rotate, put a new one in front and drop the old one after <see cref="CodeLifetime"/>. At most 3. Default empty:
    /// a key that everyone knows in Development, and a refusal to start elsewhere.
    /// </summary>
    public IList<string> Keys { get; } = [];

    /// <summary>
    /// Put in front of every Redis key. On a cluster it must contain a hash tag, such as <c>{codes}:</c>, because one
    /// script touches several keys. Default empty.
    /// </summary>
    public string KeyPrefix { get; set; } = "";

    /// <summary>A code's life from its first issue, by Redis' clock; no resend prolongs it. 1 to 10 minutes; default 10.</summary>
    public TimeSpan CodeLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The time between two messages to one address. 1 s to <see cref="CodeLifetime"/>; default 60 s.</summary>
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Wrong answers that kill a code. 1 to 10; default 5.</summary>
    public int TriesPerCode { get; set; } = 5;

    /// <summary>
    /// Wrong answers for one address in 24 hours, over all its codes. 40 more are compared where they belong to a known
    /// browser or to a network that was let in as a fresh one. <see cref="TriesPerCode"/> to 100; default 20.
    /// </summary>
    public int MissesPerDay { get; set; } = 20;

    /// <summary>
    /// Wrong answers in an hour, over all addresses; known browsers' do not count. At half of it only the tries are left that
    /// belong to single codes. 100 to 1000000; default 4000, which is 0.1 expected hits a day.
    /// </summary>
    public int MissesOfAllPerHour { get; set; } = 4000;

    /// <summary>
    /// Messages to one address in any hour, not counting those for fresh networks and known browsers. 1 to 100; default
    /// 5.
    /// </summary>
    public int SendsPerHour { get; set; } = 5;

    /// <summary>
    /// Messages to one address in any 24 hours. 14 more go out for networks that have caused none of them, and 10 more for
    /// known browsers. <see cref="SendsPerHour"/> to 1000; default 10.
    /// </summary>
    public int SendsPerDay { get; set; } = 10;

    /// <summary>Messages that one client (an IPv4 address, an IPv6 /64) may cause in any hour. 1 to 10000; default 30.</summary>
    public int SendsPerClientPerHour { get; set; } = 30;

    /// <summary>The breaker: mails in one minute, all together; text messages have their own (<c>Sms</c>). 1 to 1000000; default 600.</summary>
    public int SendsPerMinute { get; set; } = 600;

    /// <summary>The captcha before a message may be sent.</summary>
    public CaptchaOptions Captcha { get; } = new();

    /// <summary>What messages call the sender. 1 to 40 characters; default <c>RedisSessionWeb</c>.</summary>
    public string ProductName { get; set; } = "RedisSessionWeb";

    /// <summary>
    /// Whether messages go to the development mailbox instead of into the world. Default <see langword="null"/>: in
    /// Development, where no <c>Smtp:Host</c> is set. <see langword="true"/> outside Development is refused at start.
    /// </summary>
    public bool? DevelopmentMailbox { get; set; }

    /// <summary>
    /// Whether this process sends what is in the outbox. Default <see langword="true"/>; off where
    /// <see cref="Remote"/> is set.
    /// </summary>
    public bool RunOutbox { get; set; } = true;

    /// <summary>The longest that one attempt to hand a message on may take. 1 to 60 s; default 30 s.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The address of a verification service in another process, such as <c>http://127.0.0.1:50051</c>: then nothing of
    /// this library touches Redis here, and no key is needed. Default <see langword="null"/>: in process.
    /// </summary>
    public Uri? Remote { get; set; }

    /// <summary>The secret shared with the remote service, sent as metadata; needed where it listens beyond loopback. Default empty.</summary>
    public string RemoteSecret { get; set; } = "";

    /// <summary>The longest that one call of the remote service may take. 100 ms to 30 s; default 5 s.</summary>
    public TimeSpan RemoteTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
