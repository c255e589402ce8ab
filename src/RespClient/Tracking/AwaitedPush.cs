using System.Diagnostics.CodeAnalysis;

namespace RespClient.Tracking;

/// <summary>
/// The push that the server sends for an own write, right behind the write's reply: nothing else that it does comes
/// between the two, so a push for the key that is there before the next reply is that one. There is one such push for each
/// write; a second one is another client's. Not for concurrent use.
/// </summary>
internal sealed class AwaitedPush<TKey>
    where TKey : notnull
{
    private TKey? _key;
    private long _number;

    /// <summary>A write of a key was answered.</summary>
    /// <param name="key">The key.</param>
    /// <param name="number">The number of its reply, more than 0.</param>
    public void Await(TKey key, long number)
    {
        _key = key;
        _number = number;
    }

    /// <summary>Whether the awaited push should have been there before a reply, and was not.</summary>
    /// <param name="number">The number of the reply.</param>
    /// <param name="key">The key of the push.</param>
    public bool IsMissing(long number, [MaybeNullWhen(false)] out TKey key)
    {
        key = _key;
        return _number != 0 && _number < number;
    }

    /// <summary>Whether a push for a key is the awaited one, which is awaited no more then.</summary>
    /// <param name="key">The key of the push.</param>
    /// <param name="number">The number of the reply that came before it.</param>
    public bool Takes(TKey key, long number)
    {
        if (_number == 0 || _number != number || !EqualityComparer<TKey>.Default.Equals(_key, key))
        {
            return false;
        }

        Forget();
        return true;
    }

    /// <summary>None is awaited.</summary>
    public void Forget() => _number = 0;
}
