using RespClient.Stress.Callers;

namespace RespClient.Stress.Owned;

/// <summary>
/// A list from which one caller alone takes, and to which others push elements that name it. Knows where each element
/// has gone. Safe for concurrent use.
/// </summary>
/// <param name="prefix">What its name begins with.</param>
internal sealed class OwnList(string prefix)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _taken = [];

    // False: it is not known whether it was pushed.
    private readonly Dictionary<string, bool> _pushed = [];
    private int _number;
    private int _endedEarly;

    public string Name { get; } = $"{prefix}list";

    /// <summary>An element that is about to be pushed.</summary>
    public string Next()
    {
        lock (_lock)
        {
            var element = $"{Name}={++_number}";
            _pushed[element] = false;
            return element;
        }
    }

    public void Pushed(string element)
    {
        lock (_lock)
        {
            _pushed[element] = true;
        }
    }

    /// <summary>Its push ended without a reply.</summary>
    public void NotPushed(string element, bool cannotHaveRun)
    {
        if (cannotHaveRun)
        {
            lock (_lock)
            {
                _pushed.Remove(element);
            }
        }
    }

    /// <exception cref="ForeignReplyException">It is not the list's, or was taken before.</exception>
    public void Take(string element)
    {
        lock (_lock)
        {
            if (!_pushed.ContainsKey(element) || !_taken.Add(element))
            {
                throw new ForeignReplyException($"an element of {Name} that was pushed and not taken", element);
            }
        }
    }

    /// <summary>Taking ended without a reply: it may have taken one element.</summary>
    public void EndedEarly(bool cannotHaveRun)
    {
        if (!cannotHaveRun)
        {
            lock (_lock)
            {
                _endedEarly++;
            }
        }
    }

    /// <summary>Accounts for every element, when nobody takes or pushes any more.</summary>
    /// <exception cref="ForeignReplyException">Some are there that cannot be, or are gone and nobody can have them.</exception>
    public void Check(IReadOnlyCollection<string> left)
    {
        lock (_lock)
        {
            var strange = left.Where(element => !_pushed.ContainsKey(element) || _taken.Contains(element)).ToArray();
            if (strange.Length > 0)
            {
                throw new ForeignReplyException($"in {Name} what was pushed and not taken", ReplyText.Of(strange));
            }

            var gone = _pushed.Where(entry => entry.Value).Select(entry => entry.Key).Except(_taken).Except(left).ToArray();
            if (gone.Length > _endedEarly)
            {
                throw new ForeignReplyException(
                    $"every element of {Name}, but for at most {_endedEarly} that calls may have taken which ended early", $"{ReplyText.Of(gone)} are gone");
            }
        }
    }
}
