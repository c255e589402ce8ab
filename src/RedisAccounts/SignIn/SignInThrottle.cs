using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisAccounts.Diagnostics;

using RespClient;
using RespClient.Commands;

namespace RedisAccounts.SignIn;

/// <summary>
/// Slows down the guessing of passwords, in one round trip and one step, without giving a stranger the means to lock
/// a user out.
/// </summary>
/// <remarks>
/// <para>A try is counted as failed before the password is checked, and given back when it was right: of a hundred
/// parallel tries no more are let through than of a hundred in sequence.</para>
/// <para>A browser that has signed in to the account before carries a token and is held to its own failures alone,
/// no matter what strangers do. Any other try spends three budgets: the account's from this network, the network's over
/// all accounts, and the account's over all unknown browsers. The last two only slow (<see
/// cref="SignInThrottleOptions.MaxSharedDelay"/>).</para>
/// <para>What remains: while an attacker guesses at one account from very many networks, its owner, in a browser that
/// has never signed in, competes with them for the next allowed try. Another way in, such as a code by e-mail, is
/// not throttled here and makes the browser a known one (<see cref="RememberAsync"/>).</para>
/// </remarks>
public sealed class SignInThrottle
{
    private static readonly LuaScript BeginScript = LuaScript.FromResource(typeof(SignInThrottle), "Begin.lua");
    private static readonly LuaScript SucceedScript = LuaScript.FromResource(typeof(SignInThrottle), "Succeed.lua");
    private static readonly LuaScript RememberScript = LuaScript.FromResource(typeof(SignInThrottle), "Remember.lua");
    private static readonly LuaScript KnowScript = LuaScript.FromResource(typeof(SignInThrottle), "Know.lua");

    private readonly IRedisClient _redis;
    private readonly AccountMetrics _metrics;
    private readonly ILogger _logger;
    private readonly SignInThrottleOptions _options;
    private readonly AccountKeys _keys;

    internal SignInThrottle(IRedisClient redis, IOptions<AccountOptions> options, AccountMetrics metrics, ILogger<SignInThrottle> logger)
    {
        _redis = redis;
        _metrics = metrics;
        _logger = logger;
        _options = options.Value.SignIn;
        _keys = new AccountKeys(options.Value.KeyPrefix);
    }

    /// <summary>Asks whether a password may be tried now, and if so counts the try as failed.</summary>
    /// <param name="attempt">Who tries.</param>
    /// <param name="cancellationToken">Stops waiting; the try may be counted all the same.</param>
    /// <returns>Allowed, or the time to wait. A refusal changes nothing: asking again does not prolong the wait.</returns>
    /// <exception cref="ArgumentException">The subject is empty.</exception>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async ValueTask<SignInPermit> BeginAsync(SignInAttempt attempt, CancellationToken cancellationToken = default)
    {
        var budgets = Budgets(attempt);
        var reply = await BeginScript.ExecuteAsync(
            _redis,
            [_keys.Devices(attempt.Subject), .. budgets],
            [
                DeviceToken.Hash(attempt.DeviceToken),
                _options.FreeFailures, _options.FreeFailuresPerAccount, _options.FreeFailuresPerNetwork,
                Milliseconds(_options.FirstDelay), Milliseconds(_options.MaxDelay), Milliseconds(_options.MaxSharedDelay),
            ],
            cancellationToken);
        var wait = TimeSpan.FromMilliseconds(reply.Items[0].AsInt64());
        var isKnown = reply.Items[1].AsInt64() == 1;
        var permit = wait == TimeSpan.Zero ? SignInPermit.Allow(isKnown) : SignInPermit.Refuse(wait, isKnown);
        _metrics.SignInAsked(permit);
        if (!permit.IsAllowed)
        {
            _logger.SignInRefused(permit.RetryAfterSeconds, isKnown, ClientNetwork.Of(attempt.Address));
        }

        return permit;
    }

    /// <summary>Says that the password was right: gives back what the try cost, and makes the browser a known one.</summary>
    /// <param name="attempt">The attempt that <see cref="BeginAsync"/> allowed.</param>
    /// <param name="permit">What it answered.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The token for the browser's cookie (43 characters, a secret; keep the cookie for
    /// <see cref="SignInThrottleOptions.DeviceLifetime"/>): the one it has, or a new one.
    /// </returns>
    /// <exception cref="ArgumentException">The subject is empty, or the permit allowed nothing.</exception>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async ValueTask<string> SucceededAsync(
        SignInAttempt attempt, SignInPermit permit, CancellationToken cancellationToken = default)
    {
        ThrowUnlessAllowed(permit);
        // Both are on their way before the first is awaited: one round trip.
        var refund = GiveBackAsync(attempt, permit, cancellationToken);
        var token = RememberAsync(attempt.Subject, attempt.DeviceToken, cancellationToken);
        await refund;
        return await token;
    }

    /// <summary>
    /// Says that the password was right where no browser is to be remembered: a client without cookies, or a password
    /// that only confirms something. Gives back what the try cost.
    /// </summary>
    /// <param name="attempt">The attempt that <see cref="BeginAsync"/> allowed.</param>
    /// <param name="permit">What it answered.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The subject is empty, or the permit allowed nothing.</exception>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async ValueTask GiveBackAsync(SignInAttempt attempt, SignInPermit permit, CancellationToken cancellationToken = default)
    {
        ThrowUnlessAllowed(permit);
        await SucceedScript.ExecuteAsync(
            _redis,
            Budgets(attempt),
            [permit.IsKnownDevice ? 1 : 0, _options.FreeFailuresPerAccount, _options.FreeFailuresPerNetwork, ""],
            cancellationToken);
    }

    /// <summary>Says that the password was not compared, because there was no room to hash it: the try is no failure.</summary>
    /// <param name="attempt">The attempt that <see cref="BeginAsync"/> allowed.</param>
    /// <param name="permit">What it answered.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The subject is empty, or the permit allowed nothing.</exception>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async ValueTask CancelAsync(SignInAttempt attempt, SignInPermit permit, CancellationToken cancellationToken = default)
    {
        ThrowUnlessAllowed(permit);
        await SucceedScript.ExecuteAsync(
            _redis,
            Budgets(attempt),
            [
                permit.IsKnownDevice ? 1 : 0, _options.FreeFailuresPerAccount, _options.FreeFailuresPerNetwork,
                _options.FreeFailures,
            ],
            cancellationToken);
    }

    /// <summary>Makes a browser a known one after a sign-in of another kind, such as a code by e-mail.</summary>
    /// <param name="accountId">The account's id.</param>
    /// <param name="deviceToken">The token in the browser's cookie, if it has one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The token for the browser's cookie: the one it has, or a new one.</returns>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async ValueTask<string> RememberAsync(
        string accountId, string? deviceToken, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(accountId);
        var fresh = DeviceToken.Create();
        var reply = await RememberScript.ExecuteAsync(
            _redis,
            [_keys.Devices(accountId)],
            [DeviceToken.Hash(deviceToken), DeviceToken.Hash(fresh), Milliseconds(_options.DeviceLifetime)],
            cancellationToken);
        return reply.AsInt64() == 1 ? deviceToken! : fresh;
    }

    /// <summary>Looks whether a browser has signed in to an account before.</summary>
    /// <param name="accountId">The account's id.</param>
    /// <param name="deviceToken">The token in the browser's cookie, if it has one; without one Redis is not asked.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// A name for the browser, 43 characters of base64url, no secret: the hash of its token. <see langword="null"/>: it is
    /// not known, or was forgotten.
    /// </returns>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async ValueTask<string?> FindBrowserAsync(string accountId, string? deviceToken, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(accountId);
        var hash = DeviceToken.Hash(deviceToken);
        if (hash.Length == 0)
        {
            return null;
        }

        var reply = await KnowScript.ExecuteAsync(_redis, [_keys.Devices(accountId)], [hash], cancellationToken);
        return reply.AsInt64() == 1 ? hash : null;
    }

    /// <summary>Forgets every browser of an account: after its password was reset, for instance.</summary>
    /// <param name="accountId">The account's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async ValueTask ForgetDevicesAsync(string accountId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(accountId);
        await _redis.DeleteAsync(_keys.Devices(accountId), cancellationToken);
    }

    private static void ThrowUnlessAllowed(SignInPermit permit)
    {
        if (!permit.IsAllowed)
        {
            throw new ArgumentException("The try was not allowed.", nameof(permit));
        }
    }

    private RedisArgument[] Budgets(SignInAttempt attempt)
    {
        ArgumentException.ThrowIfNullOrEmpty(attempt.Subject, nameof(attempt));
        var network = ClientNetwork.Of(attempt.Address);
        return
        [
            _keys.TriesOfDevice(attempt.Subject, DeviceToken.Hash(attempt.DeviceToken)),
            _keys.TriesOfPair(attempt.Subject, network),
            _keys.TriesOfAccount(attempt.Subject),
            _keys.TriesOfNetwork(network),
        ];
    }

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;
}
