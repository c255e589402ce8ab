using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Commands;

/// <summary>
/// A Lua script that runs in one step on the server: EVALSHA, and EVAL only where the server does not know it yet.
/// </summary>
/// <remarks>
/// The reply to each run carries a number that this run alone has sent along, and nothing of it is believed before that was
/// compared: a server or a proxy that loses or repeats a reply cannot hand this caller what another has asked for.
/// </remarks>
public sealed class LuaScript
{
    private readonly string _source;
    private readonly string _sha1;

    /// <summary>Creates a script from its text.</summary>
    public LuaScript(string source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        _source = ScriptTag.Wrap(source);
#pragma warning disable CA5350 // Redis names scripts by their SHA-1; it protects nothing.
        _sha1 = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(_source)));
#pragma warning restore CA5350
    }

    /// <summary>
    /// Whether it may run twice for one call: it only reads, or the second run changes nothing more and returns the same.
    /// Then it is asked once more, over a new connection, if another command's reply came in its place. Default: false.
    /// </summary>
    public bool IsRepeatable { get; init; }

    /// <summary>The script's name in the server's cache: the SHA-1 of its text with what makes it return the number, in lower-case hexadecimal.</summary>
    public string Sha1 => _sha1;

    /// <summary>Reads a script embedded beside a type: the resource <c>{namespace of the type}.{fileName}</c>.</summary>
    /// <param name="neighbour">A type in the folder of the script.</param>
    /// <param name="fileName">The file's name, such as <c>Commit.lua</c>.</param>
    /// <param name="isRepeatable">As <see cref="IsRepeatable"/>.</param>
    /// <exception cref="ArgumentException">No such resource.</exception>
    public static LuaScript FromResource(Type neighbour, string fileName, bool isRepeatable = false)
    {
        ArgumentNullException.ThrowIfNull(neighbour);
        using var stream = neighbour.Assembly.GetManifestResourceStream(neighbour, fileName)
            ?? throw new ArgumentException($"No embedded resource {neighbour.Namespace}.{fileName}.", nameof(fileName));
        using var reader = new StreamReader(stream);
        return new LuaScript(reader.ReadToEnd()) { IsRepeatable = isRepeatable };
    }

    /// <summary>Runs the script in one round trip (two when the server has forgotten it).</summary>
    /// <param name="client">Where to run it.</param>
    /// <param name="keys">The keys it touches, all of them.</param>
    /// <param name="arguments">The further arguments.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the script returns.</returns>
    /// <exception cref="RedisProtocolException">The reply was not the one to this run; it may have run or not.</exception>
    /// <exception cref="RedisException">As <see cref="IRedisClient.ExecuteAsync"/> throws it.</exception>
    public ValueTask<RespValue> ExecuteAsync(
        IRedisClient client,
        ReadOnlySpan<RedisArgument> keys,
        ReadOnlySpan<RedisArgument> arguments,
        CancellationToken cancellationToken = default) =>
        ExecuteAsync(client, keys, arguments, static reply => reply, cancellationToken);

    /// <summary>Runs the script in one round trip (two when the server has forgotten it), and reads what it returns.</summary>
    /// <typeparam name="TResult">What the reply stands for.</typeparam>
    /// <param name="client">Where to run it.</param>
    /// <param name="keys">The keys it touches, all of them.</param>
    /// <param name="arguments">The further arguments.</param>
    /// <param name="read">Makes the result of the reply.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RedisProtocolException">The reply was not the one to this run; it may have run or not.</exception>
    /// <exception cref="RedisException">As <see cref="IRedisClient.ExecuteAsync"/> throws it.</exception>
    public ValueTask<TResult> ExecuteAsync<TResult>(
        IRedisClient client,
        ReadOnlySpan<RedisArgument> keys,
        ReadOnlySpan<RedisArgument> arguments,
        Func<RespValue, TResult> read,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(read);
        var all = new RedisArgument[3 + keys.Length + arguments.Length];
        all[0] = _sha1;
        all[1] = keys.Length;
        keys.CopyTo(all.AsSpan(2));
        arguments.CopyTo(all.AsSpan(2 + keys.Length));
        return ExecuteAsync(client, all, read, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResult> ExecuteAsync<TResult>(
        IRedisClient client, RedisArgument[] all, Func<RespValue, TResult> read, CancellationToken cancellationToken)
    {
        try
        {
            var tag = ScriptTag.Next();
            all[^1] = tag;
            return read(ScriptTag.Take(await client.ExecuteAsync(RedisCommand.Owning("EVALSHA", all) with { Tag = tag }, cancellationToken), tag));
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.NoScript)
        {
            return read(await SendWholeAsync(client, all, IsRepeatable, cancellationToken));
        }
        catch (RedisProtocolException e) when (IsRepeatable && ScriptTag.IsForeign(e))
        {
            return read(await SendWholeAsync(client, all, mayRepeat: false, cancellationToken));
        }
    }

    private async ValueTask<RespValue> SendWholeAsync(IRedisClient client, RedisArgument[] all, bool mayRepeat, CancellationToken cancellationToken)
    {
        try
        {
            // In an array of its own: a client that keeps commands, to log or to count them, still holds the first.
            var tag = ScriptTag.Next();
            RedisArgument[] whole = [_source, .. all.AsSpan(1..^1), tag];
            return ScriptTag.Take(await client.ExecuteAsync(RedisCommand.Owning("EVAL", whole) with { Tag = tag }, cancellationToken), tag);
        }
        catch (RedisProtocolException e) when (mayRepeat && ScriptTag.IsForeign(e))
        {
            return await SendWholeAsync(client, all, mayRepeat: false, cancellationToken);
        }
    }
}
