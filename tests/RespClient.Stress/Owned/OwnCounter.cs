using RespClient.Stress.Callers;

namespace RespClient.Stress.Owned;

/// <summary>A counter that one caller alone increments: it grows with each reply, and never beyond the calls.</summary>
/// <param name="prefix">What its name begins with.</param>
internal sealed class OwnCounter(string prefix)
{
    private long _last;
    private long _asked;

    public string Name { get; } = $"{prefix}counter";

    public void Ask() => _asked++;

    /// <exception cref="ForeignReplyException">It is another's.</exception>
    public void Check(string reply)
    {
        if (!long.TryParse(reply, out var value) || value <= _last || value > _asked)
        {
            throw new ForeignReplyException($"{Name} behind {_last} and not beyond {_asked}", reply);
        }

        _last = value;
    }

    /// <summary>An increment ended without a reply.</summary>
    public void Failed(bool cannotHaveRun) => _asked -= cannotHaveRun ? 1 : 0;
}
