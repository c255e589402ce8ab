using System.Runtime.CompilerServices;
using System.Text;

using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Commands;

namespace RedisAccounts.Stores;

/// <summary>All accounts in Redis, one by one, for moving them to another store.</summary>
public sealed class RedisAccountSource
{
    private static readonly LuaScript RemoveScript = LuaScript.FromResource(typeof(RedisAccountSource), "Remove.lua");

    private readonly IRedisClient _redis;
    private readonly AccountKeys _keys;

    internal RedisAccountSource(IRedisClient redis, IOptions<AccountOptions> options)
    {
        _redis = redis;
        _keys = new AccountKeys(options.Value.KeyPrefix);
    }

    /// <summary>
    /// The ids of all accounts, in no order: each that is there from beginning to end at least once. Does not block
    /// Redis; the next page is read when the enumeration wants it.
    /// </summary>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async IAsyncEnumerable<string> ListIdsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var start = _keys.Record("");
        await foreach (var key in _redis.ScanAsync(Escape(start) + "*", cancellationToken: cancellationToken))
        {
            yield return Encoding.UTF8.GetString(key)[start.Length..];
        }
    }

    /// <summary>Reads one account.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The account, or <see langword="null"/> where there is none.</returns>
    /// <exception cref="FormatException">The key holds something else than an account.</exception>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async Task<Account?> ReadAsync(string id, CancellationToken cancellationToken = default) =>
        AccountRecord.Read(await _redis.ReadTaggedAsync("HGETALL", _keys.Record(id), cancellationToken: cancellationToken));

    /// <summary>
    /// Removes an account that another store holds now. The browsers it knows and its failed sign-ins stay, for
    /// <see cref="SignIn.SignInThrottle"/>.
    /// </summary>
    /// <param name="account">The account as it was read.</param>
    /// <param name="cancellationToken">Stops waiting; the account may be gone all the same.</param>
    /// <returns>Whether it was as it had been read, and is gone now.</returns>
    /// <exception cref="RedisException">Redis did not answer as it should.</exception>
    public async ValueTask<bool> RemoveAsync(Account account, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        var keys = new List<RedisArgument> { _keys.Record(account.Id), _keys.Name(account.NormalizedUserName) };
        if (account.NormalizedEmail is { } email)
        {
            keys.Add(_keys.Email(email));
        }

        if (account is { PhoneNumberConfirmed: true, PhoneNumber: { Length: > 0 } number })
        {
            keys.Add(_keys.Phone(number));
        }

        var reply = await RemoveScript.ExecuteAsync(_redis, [.. keys], [account.ConcurrencyStamp ?? ""], cancellationToken);
        return reply.AsInt64() == 1;
    }

    // SCAN takes a pattern; a prefix may hold what means something in one.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            escaped.Append(c is '*' or '?' or '[' or ']' or '\\' or '^' ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }
}
