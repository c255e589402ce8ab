using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

using RespClient.Protocol;

namespace RespClient.Commands;

/// <summary>
/// A Lua script that runs in one step on the server: EVALSHA, and EVAL only where the server does not know it yet.
/// </summary>
public sealed class LuaScript
{
    private readonly string _source;
    private readonly string _sha1;

    /// <summary>Creates a script from its text.</summary>
    public LuaScript(string source)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        _source = source;
#pragma warning disable CA5350 // Redis names scripts by their SHA-1; it protects nothing.
        _sha1 = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(source)));
#pragma warning restore CA5350
    }

    /// <summary>The script's name in the server's cache: the SHA-1 of its text, in lower-case hexadecimal.</summary>
    public string Sha1 => _sha1;

    /// <summary>Reads a script embedded beside a type: the resource <c>{namespace of the type}.{fileName}</c>.</summary>
    /// <param name="neighbour">A type in the folder of the script.</param>
    /// <param name="fileName">The file's name, such as <c>Commit.lua</c>.</param>
    /// <exception cref="ArgumentException">No such resource.</exception>
    public static LuaScript FromResource(Type neighbour, string fileName)
    {
        ArgumentNullException.ThrowIfNull(neighbour);
        using var stream = neighbour.Assembly.GetManifestResourceStream(neighbour, fileName)
            ?? throw new ArgumentException($"No embedded resource {neighbour.Namespace}.{fileName}.", nameof(fileName));
        using var reader = new StreamReader(stream);
        return new LuaScript(reader.ReadToEnd());
    }

    /// <summary>Runs the script in one round trip (two when the server has forgotten it).</summary>
    /// <param name="client">Where to run it.</param>
    /// <param name="keys">The keys it touches, all of them.</param>
    /// <param name="arguments">The further arguments.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What the script returns.</returns>
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
        var all = new RedisArgument[2 + keys.Length + arguments.Length];
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
            return read(await client.ExecuteAsync(RedisCommand.Owning("EVALSHA", all), cancellationToken));
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.NoScript)
        {
            // In an array of its own: a client that keeps commands, to log or to count them, still holds the first.
            return read(await client.ExecuteAsync(RedisCommand.Owning("EVAL", [_source, .. all.AsSpan(1)]), cancellationToken));
        }
    }
}
