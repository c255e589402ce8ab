using Microsoft.AspNetCore.Http;

namespace RedisSessions;

/// <summary>
/// How sessions behave. Checked when the application starts; a value out of range stops it with a message that names
/// the key, the value and the range.
/// </summary>
public sealed class RedisSessionOptions
{
    /// <summary>
    /// Register an <c>IDistributedCache</c> under this service key to have sessions live in it, whatever else is
    /// registered: <c>RedisSessions</c>. An <c>IRedisClient</c> under this key is the one for sessions, where the registered one
    /// is another.
    /// </summary>
    public const string CacheServiceKey = "RedisSessions";

    /// <summary>
    /// The cookie that carries the secret id. Default: name <c>ssw</c>, path <c>/</c>, HttpOnly, SameSite Lax, Secure
    /// on HTTPS requests. Where the cookie is Secure, has the path <c>/</c> and no domain, <c>__Host-</c> is put in
    /// front of its name. Its Max-Age is not taken from here: see <see cref="MaxAge"/>.
    /// </summary>
    public CookieBuilder Cookie { get; set; } = new()
    {
        Name = "ssw",
        Path = "/",
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        SecurePolicy = CookieSecurePolicy.SameAsRequest,
        IsEssential = true,
    };

    /// <summary>
    /// How long a session lives without a request: the cookie's Max-Age and the record's TTL in Redis. Default 7 days;
    /// 1 second to 400 days (what browsers keep of a cookie, RFC 6265bis). Milliseconds count.
    /// </summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long after the last renewal a request renews cookie and TTL again; a read before that writes nothing.
    /// <see langword="null"/> (default): a twentieth of the session's lifetime. Zero: with every request. At most
    /// <see cref="MaxAge"/>.
    /// </summary>
    public TimeSpan? RenewAfter { get; set; }

    /// <summary>
    /// How long a session lives at most, counted from its creation or from sign-in, however busy it is. Default 30
    /// days; at least <see cref="MaxAge"/>. <see langword="null"/>: no such limit.
    /// </summary>
    public TimeSpan? AbsoluteLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// What stands before the id in the record's key. Default <c>SESSION:</c>; 1 to 64 characters without white space,
    /// braces, <c>*</c>, <c>?</c>, <c>[</c> or <c>]</c>. The index of a user's sessions is kept under the same name with
    /// <c>-USER:</c> at its end.
    /// </summary>
    public string KeyPrefix { get; set; } = "SESSION:";

    /// <summary>
    /// Whether the record's key holds the SHA-256 of the secret id instead of the id itself, so that a dump of Redis
    /// opens no session. Default <see langword="true"/>; turn it off only to look at records by cookie while developing.
    /// </summary>
    public bool HashIds { get; set; } = true;

    /// <summary>
    /// Whether values are encrypted with Data Protection before they go to Redis. Default <see langword="false"/>.
    /// The names of the keys stay readable. Needs <c>AddDataProtection()</c>, and every instance the same key ring.
    /// </summary>
    public bool ProtectData { get; set; }

    /// <summary>
    /// The most bytes one session may hold, names and values together. Default 1 MiB; 1 KiB to 64 MiB.
    /// A write beyond it throws <see cref="SessionTooLargeException"/>.
    /// </summary>
    public int MaxSize { get; set; } = 1024 * 1024;

    /// <summary>
    /// How long a request waits for Redis, per command, before it is answered as <see cref="WhenUnavailable"/> says.
    /// Default 2 seconds; 10 milliseconds to 5 minutes.
    /// </summary>
    public TimeSpan IoTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What a request gets that needs its session while Redis does not answer. Default: a 503.</summary>
    public WhenUnavailable WhenUnavailable { get; set; } = WhenUnavailable.Respond503;

    /// <summary>
    /// How many bytes of records the near cache may hold in this process. Default 64 MiB; zero switches it off;
    /// otherwise 1 MiB or more.
    /// </summary>
    public long NearCacheBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>
    /// The header that carries the id for clients without cookies, such as <c>X-Session</c>. A request that has this
    /// header, even an empty one, is answered in the header and never gets a cookie. <see langword="null"/> (default):
    /// cookies only.
    /// </summary>
    public string? HeaderName { get; set; }
}

/// <summary>What happens to a request that needs its session while Redis does not answer.</summary>
public enum WhenUnavailable
{
    /// <summary>
    /// Touching the session ends the request with status 503, <c>Retry-After</c> and problem details. A handler that
    /// never touches it answers as usual.
    /// </summary>
    Respond503,

    /// <summary>
    /// The handler runs with an empty session: <c>IsAvailable</c> is false, nothing written is kept, and the browser's
    /// cookie is left alone. Nobody can sign in, and a new session that is written to and cannot be committed is a 503
    /// all the same. Endpoints choose this one by one with <c>.WithOptionalSession()</c>.
    /// </summary>
    RunWithoutSession,
}
