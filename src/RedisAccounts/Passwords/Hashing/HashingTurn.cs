namespace RedisAccounts.Passwords.Hashing;

/// <summary>Who comes first.</summary>
internal enum HashingRank
{
    /// <summary>A browser that the account knows, or that has proven the account's address.</summary>
    Known,

    /// <summary>Anyone else.</summary>
    Stranger,

    /// <summary>No client waits for it.</summary>
    Background,
}

/// <summary>One hash that is asked for: its rank, and whose share it counts to.</summary>
/// <param name="rank">Who comes first.</param>
/// <param name="share">The account of a known browser, the network of a stranger; empty for no client, which has no share.</param>
internal sealed class HashingTurn(HashingRank rank, string share)
{
    private readonly TaskCompletionSource<bool> _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HashingRank Rank => rank;

    public string Share => share;

    /// <summary>Ends once it has a place (<see langword="true"/>), or was pushed out of the queue.</summary>
    public Task<bool> Granted => _granted.Task;

    public void Grant() => _granted.SetResult(true);

    public void PushOut() => _granted.SetResult(false);
}
