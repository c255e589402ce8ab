using RespClient.Stress.Callers;

namespace RespClient.Stress.Owned;

/// <summary>
/// A key that one caller alone writes, so that it knows which values can be there: the one it wrote last, and those whose
/// writes did not end with their replies.
/// </summary>
/// <param name="prefix">What its name begins with.</param>
internal sealed class OwnKey(string prefix)
{
    private readonly List<string> _possible = [ReplyText.Null];
    private int _generation;
    private long _writes;

    public string Name => $"{prefix}key.{_generation}";

    /// <summary>A value that is about to be written.</summary>
    public string Next()
    {
        var value = $"{Name}={++_writes}";
        _possible.Add(value);
        return value;
    }

    /// <summary>What is there is known.</summary>
    public void Found(string value)
    {
        _possible.Clear();
        _possible.Add(value);
    }

    /// <exception cref="ForeignReplyException">It cannot be there.</exception>
    public void Check(string value)
    {
        if (!_possible.Contains(value))
        {
            throw new ForeignReplyException($"one of {ReplyText.Of(_possible)}", value);
        }

        Found(value);
    }

    /// <summary>A write did not end with its reply.</summary>
    /// <param name="value">What it wrote.</param>
    /// <param name="cannotHaveRun">Whether it is certain that it does not run, now or later.</param>
    /// <param name="mayRunLate">
    /// Whether it may be on its way still, on a connection that is gone: what is asked on the next may come before it.
    /// </param>
    public void Failed(string value, bool cannotHaveRun, bool mayRunLate)
    {
        if (cannotHaveRun)
        {
            _possible.Remove(value);
        }
        else if (mayRunLate)
        {
            _generation++;
            Found(ReplyText.Null);
        }
    }
}
