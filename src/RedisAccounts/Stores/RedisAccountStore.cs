using System.Globalization;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisAccounts.Diagnostics;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

namespace RedisAccounts.Stores;

/// <summary>
/// Identity's user store over Redis: an account is one hash (<see cref="AccountRecord"/>), found by id, or by the
/// keys of its name, address and confirmed number (<see cref="AccountKeys"/>). Each write is one script, decided there by the
/// concurrency stamp.
/// </summary>
internal sealed class RedisAccountStore : AccountProperties, IAccountPhoneStore
{
    private static readonly LuaScript CreateScript = LuaScript.FromResource(typeof(RedisAccountStore), "Create.lua");
    private static readonly LuaScript UpdateScript = LuaScript.FromResource(typeof(RedisAccountStore), "Update.lua");
    private static readonly LuaScript DeleteScript = LuaScript.FromResource(typeof(RedisAccountStore), "Delete.lua");

    private readonly IRedisClient _redis;
    private readonly AccountKeys _keys;
    private readonly IdentityErrorDescriber _errors;
    private readonly AccountMetrics _metrics;
    private readonly ILogger _logger;

    public RedisAccountStore(
        IRedisClient redis, IOptions<AccountOptions> options, IdentityErrorDescriber errors, AccountMetrics metrics,
        ILogger<RedisAccountStore> logger)
    {
        _redis = redis;
        _keys = new AccountKeys(options.Value.KeyPrefix);
        _errors = errors;
        _metrics = metrics;
        _logger = logger;
    }

    public override async Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(user.NormalizedUserName, nameof(user));
        var stamp = NewStamp();
        var index = AccountIndex.Of(user);
        var arguments = new List<RedisArgument>
        {
            user.Id, stamp, user.NormalizedEmail is null ? 0 : 1, index.Phone.Length == 0 ? 0 : 1,
        };
        foreach (var (name, value) in AccountRecord.Write(user))
        {
            if (value is not null)
            {
                arguments.Add(name);
                arguments.Add(value);
            }
        }

        var reply = await CreateScript.ExecuteAsync(
            _redis,
            [_keys.Record(user.Id), _keys.Name(index.Name), _keys.Email(index.Email), _keys.Phone(index.Phone)],
            [.. arguments],
            cancellationToken);
        if (reply.Items[0].AsString() == "taken")
        {
            return Taken(user, reply);
        }

        user.ConcurrencyStamp = stamp;
        user.Created = DateTimeOffset.FromUnixTimeMilliseconds(reply.Items[1].AsInt64());
        _metrics.Created();
        _logger.Created(AccountLog.Mask(user.Id));
        return IdentityResult.Success;
    }

    public override async Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(user.NormalizedUserName, nameof(user));
        var stamp = NewStamp();
        var next = AccountIndex.Of(user);
        var fields = AccountRecord.Write(user);
        var set = fields.Where(field => field.Value is not null).ToList();
        var reply = await RunAsync(
            user,
            before => UpdateScript.ExecuteAsync(
                _redis,
                [
                    _keys.Record(user.Id), _keys.Name(before.Name), _keys.Name(next.Name),
                    _keys.Email(before.Email), _keys.Email(next.Email), _keys.Phone(before.Phone), _keys.Phone(next.Phone),
                ],
                [
                    user.Id, user.ConcurrencyStamp ?? "", stamp, before.Name, next.Name, before.Email, next.Email,
                    before.Phone, next.Phone, set.Count,
                    .. set.SelectMany(field => new RedisArgument[] { field.Name, field.Value! }),
                    .. fields.Where(field => field.Value is null).Select(field => (RedisArgument)field.Name),
                ],
                cancellationToken));
        switch (reply.Items[0].AsString())
        {
            case "ok":
                user.ConcurrencyStamp = stamp;
                return IdentityResult.Success;
            case "taken":
                return Taken(user, reply);
            default:
                return Stale(user);
        }
    }

    public override async Task<IdentityResult> DeleteAsync(Account user, CancellationToken cancellationToken)
    {
        var reply = await RunAsync(
            user,
            before => DeleteScript.ExecuteAsync(
                _redis,
                [
                    _keys.Record(user.Id), _keys.Name(before.Name), _keys.Email(before.Email), _keys.Phone(before.Phone),
                    _keys.Devices(user.Id), _keys.TriesOfAccount(user.Id),
                ],
                [user.ConcurrencyStamp ?? "", before.Name, before.Email, before.Phone],
                cancellationToken));
        if (reply.Items[0].AsString() != "ok")
        {
            return Stale(user);
        }

        _metrics.Deleted();
        _logger.Deleted(AccountLog.Mask(user.Id));
        return IdentityResult.Success;
    }

    public override async Task<Account?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        AccountRecord.Read(await _redis.ReadTaggedAsync("HGETALL", _keys.Record(userId), cancellationToken: cancellationToken));

    public override Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        FindAsync(_keys.Name(normalizedUserName), account => account.NormalizedUserName == normalizedUserName, cancellationToken);

    public override Task<Account?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken) =>
        FindAsync(_keys.Email(normalizedEmail), account => account.NormalizedEmail == normalizedEmail, cancellationToken);

    public Task<Account?> FindByPhoneNumberAsync(string phoneNumber, CancellationToken cancellationToken) =>
        FindAsync(_keys.Phone(phoneNumber), account => AccountIndex.Of(account).Phone == phoneNumber, cancellationToken);

    // Two commands, not one script: it would have to touch a key that was not passed to it. Between the two the account
    // may have given the name up; the record says so, and the name is looked up again, for its next owner.
    private async Task<Account?> FindAsync(string key, Predicate<Account> isIt, CancellationToken cancellationToken)
    {
        const int Attempts = 3;
        for (var i = 0; i < Attempts; i++)
        {
            var id = (await _redis.ReadTaggedAsync("GET", key, cancellationToken: cancellationToken)).AsString();

            // A name that no account has costs the same two commands: the time must not tell who has an account.
            var account = await FindByIdAsync(id ?? "nobody", cancellationToken);
            if (id is null || (account is not null && isIt(account)))
            {
                return account;
            }
        }

        return null;
    }

    // The keys that lead to the account so far must be named before the script runs. Most changes leave them as they
    // are; otherwise the script says which they are, for a second run that the same stamp still guards.
    private static async ValueTask<RespValue> RunAsync(Account user, Func<AccountIndex, ValueTask<RespValue>> run)
    {
        var reply = await run(AccountIndex.Of(user));
        return reply.Items[0].AsString() == "keys"
            ? await run(new AccountIndex(reply.Items[1].AsString()!, reply.Items[2].AsString()!, reply.Items[3].AsString()!))
            : reply;
    }

    private IdentityResult Taken(Account user, RespValue reply)
    {
        var found = new List<IdentityError>();
        foreach (var item in reply.Items[1..])
        {
            var kind = item.AsString()!;
            _metrics.Conflict(kind);
            found.Add(kind switch
            {
                "name" => _errors.DuplicateUserName(user.UserName ?? ""),
                "email" => _errors.DuplicateEmail(user.Email ?? ""),
                "phone" => new IdentityError { Code = IAccountPhoneStore.DuplicatePhoneNumber, Description = "Another account has this phone number." },
                _ => _errors.ConcurrencyFailure(),
            });
        }

        return IdentityResult.Failed([.. found]);
    }

    private IdentityResult Stale(Account user)
    {
        _logger.Stale(AccountLog.Mask(user.Id));
        _metrics.Conflict("stamp");
        return IdentityResult.Failed(_errors.ConcurrencyFailure());
    }

    private static string NewStamp() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
}

/// <summary>What leads to an account besides its id; empty: nothing of that kind does.</summary>
/// <param name="Name">The normalised name.</param>
/// <param name="Email">The normalised address.</param>
/// <param name="Phone">The number, where it is confirmed.</param>
internal readonly record struct AccountIndex(string Name, string Email, string Phone)
{
    public static AccountIndex Of(Account account) => new(
        account.NormalizedUserName ?? "", account.NormalizedEmail ?? "", account.PhoneNumberConfirmed ? account.PhoneNumber ?? "" : "");
}
