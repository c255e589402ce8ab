using System.Text.Json.Serialization.Metadata;

using RedisSessions;
using RedisSessions.Request;

namespace Microsoft.AspNetCore.Http;

/// <summary>Typed values in a session, kept as JSON (System.Text.Json with its web defaults).</summary>
public static class SessionValueExtensions
{
    /// <summary>Reads a value; the default of <typeparamref name="T"/> where there is none.</summary>
    /// <exception cref="InvalidOperationException">What is kept there is not JSON of a <typeparamref name="T"/>.</exception>
    public static T? Get<T>(this ISession session, string key) => Read<T>(session, key, null);

    /// <summary>Reads a value with source-generated type information.</summary>
    /// <exception cref="InvalidOperationException">What is kept there is not JSON of a <typeparamref name="T"/>.</exception>
    public static T? Get<T>(this ISession session, string key, JsonTypeInfo<T> typeInfo) => Read(session, key, typeInfo);

    /// <summary>Sets a value; <see langword="null"/> removes the key.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public static void Set<T>(this ISession session, string key, T value) => Write(session, key, value, null);

    /// <summary>Sets a value with source-generated type information; <see langword="null"/> removes the key.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public static void Set<T>(this ISession session, string key, T value, JsonTypeInfo<T> typeInfo) =>
        Write(session, key, value, typeInfo);

    /// <summary>
    /// Changes a value where the old one matters. Exact under concurrent requests: if another request has changed this
    /// key meanwhile, <paramref name="change"/> runs again at commit with the value of that one. On a session of another
    /// kind it is a read and a write.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="key">The key.</param>
    /// <param name="change">Old value (the default where there is none) to new. May run more than once: no side effects.</param>
    /// <returns>The new value, as far as this request knows before the commit.</returns>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public static T Update<T>(this ISession session, string key, Func<T?, T> change) => Apply(session, key, change, null);

    /// <summary><see cref="Update{T}(ISession, string, Func{T, T})"/> with source-generated type information.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public static T Update<T>(this ISession session, string key, Func<T?, T> change, JsonTypeInfo<T> typeInfo) =>
        Apply(session, key, change, typeInfo);

    private static T? Read<T>(ISession session, string key, JsonTypeInfo<T>? typeInfo)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (session is RedisSession ours)
        {
            return ours.State.Peek(key) is { } kept ? JsonValue.Read(key, kept.Span, typeInfo) : default;
        }

        return session.TryGetValue(key, out var copy) ? JsonValue.Read(key, copy, typeInfo) : default;
    }

    private static void Write<T>(ISession session, string key, T value, JsonTypeInfo<T>? typeInfo)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (value is null)
        {
            session.Remove(key);
        }
        else if (session is RedisSession ours)
        {
            ours.State.Put(key, JsonValue.Write(value, typeInfo));
        }
        else
        {
            session.Set(key, JsonValue.Write(value, typeInfo));
        }
    }

    private static T Apply<T>(ISession session, string key, Func<T?, T> change, JsonTypeInfo<T>? typeInfo)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(change);
        T result = default!;
        byte[]? Run(byte[]? old)
        {
            result = change(old is null ? default : JsonValue.Read(key, old, typeInfo));
            return result is null ? null : JsonValue.Write(result, typeInfo);
        }

        if (session is RedisSession ours)
        {
            ours.State.Update(key, Run);
        }
        else
        {
            Run(session.TryGetValue(key, out var old) ? old : null);
            Write(session, key, result, typeInfo);
        }

        return result;
    }
}
