using System.Text.Json.Serialization.Metadata;

namespace Microsoft.AspNetCore.Http;

/// <summary>Typed values in a session, kept as JSON (System.Text.Json with its web defaults).</summary>
public static class SessionValueExtensions
{
    /// <summary>Reads a value; the default of <typeparamref name="T"/> where there is none.</summary>
    /// <exception cref="InvalidOperationException">What is kept there is not a <typeparamref name="T"/>.</exception>
    public static T? Get<T>(this ISession session, string key) => throw new NotImplementedException();

    /// <summary>Reads a value with source-generated type information.</summary>
    /// <exception cref="InvalidOperationException">What is kept there is not a <typeparamref name="T"/>.</exception>
    public static T? Get<T>(this ISession session, string key, JsonTypeInfo<T> typeInfo) => throw new NotImplementedException();

    /// <summary>Sets a value; <see langword="null"/> removes the key.</summary>
    public static void Set<T>(this ISession session, string key, T value) => throw new NotImplementedException();

    /// <summary>Sets a value with source-generated type information; <see langword="null"/> removes the key.</summary>
    public static void Set<T>(this ISession session, string key, T value, JsonTypeInfo<T> typeInfo) => throw new NotImplementedException();

    /// <summary>
    /// Changes a value where the old one matters. Exact under concurrent requests: if another request has changed this
    /// key meanwhile, <paramref name="change"/> runs again at commit with the value of that one.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="key">The key.</param>
    /// <param name="change">Old value (the default where there is none) to new. May run more than once: no side effects.</param>
    /// <returns>The new value, as far as this request knows.</returns>
    public static T Update<T>(this ISession session, string key, Func<T?, T> change) => throw new NotImplementedException();

    /// <summary><see cref="Update{T}(ISession, string, Func{T, T})"/> with source-generated type information.</summary>
    public static T Update<T>(this ISession session, string key, Func<T?, T> change, JsonTypeInfo<T> typeInfo) => throw new NotImplementedException();
}
