using System.Runtime.InteropServices;

namespace RedisAccounts.Passwords.Hashing;

/// <summary>
/// Decides who has a place, who waits and who is refused. Known browsers come before strangers, and push the stranger
/// who came last out of a full queue; within a rank, who came first is first. What waits and what runs counts to the
/// share of its network or account. Not thread-safe.
/// </summary>
internal sealed class HashingQueue(int places, int length)
{
    /// <summary>A person has one browser, and perhaps two windows of it.</summary>
    private const int KnownShare = 2;

    private readonly int _networkShare = Math.Max(KnownShare, length / 4);
    private readonly LinkedList<HashingTurn>[] _waiting = [new(), new(), new()];
    private readonly Dictionary<string, int> _shares = [];

    public int Running { get; private set; }

    /// <summary>How many clients wait; what has no client takes no room.</summary>
    public int Waiting => _waiting[(int)HashingRank.Known].Count + _waiting[(int)HashingRank.Stranger].Count;

    /// <summary>Lets a turn begin or wait.</summary>
    /// <returns><see langword="false"/>: its share is used up, or the queue is full. Nothing has changed.</returns>
    public bool TryEnter(HashingTurn turn)
    {
        var isClient = turn.Rank != HashingRank.Background;
        if (isClient && _shares.GetValueOrDefault(turn.Share) >= (turn.Rank == HashingRank.Known ? KnownShare : _networkShare))
        {
            return false;
        }

        if (Running == places && isClient && Waiting >= length && !(turn.Rank == HashingRank.Known && PushOutStranger()))
        {
            return false;
        }

        if (isClient)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_shares, turn.Share, out _)++;
        }

        if (Running < places)
        {
            Running++;
            turn.Grant();
        }
        else
        {
            _waiting[(int)turn.Rank].AddLast(turn);
        }

        return true;
    }

    /// <summary>Takes a turn out of the queue.</summary>
    /// <returns><see langword="false"/>: it does not wait any more; it has a place, or was pushed out.</returns>
    public bool TryGiveUp(HashingTurn turn)
    {
        if (!_waiting[(int)turn.Rank].Remove(turn))
        {
            return false;
        }

        GiveShareBack(turn);
        return true;
    }

    /// <summary>A turn that had a place is over: the next one has it.</summary>
    public void Leave(HashingTurn turn)
    {
        GiveShareBack(turn);
        foreach (var rank in _waiting)
        {
            if (rank.First is { } next)
            {
                rank.RemoveFirst();
                next.Value.Grant();
                return;
            }
        }

        Running--;
    }

    private bool PushOutStranger()
    {
        var strangers = _waiting[(int)HashingRank.Stranger];
        if (strangers.Last is not { } last)
        {
            return false;
        }

        strangers.RemoveLast();
        GiveShareBack(last.Value);
        last.Value.PushOut();
        return true;
    }

    private void GiveShareBack(HashingTurn turn)
    {
        if (turn.Rank == HashingRank.Background)
        {
            return;
        }

        ref var share = ref CollectionsMarshal.GetValueRefOrNullRef(_shares, turn.Share);
        if (--share == 0)
        {
            _shares.Remove(turn.Share);
        }
    }
}
