using RedisAccounts.SignIn;

namespace RedisAccounts.Passwords.Hashing;

/// <summary>
/// The hashing of passwords for one scope, which is one request: everything that hashes or compares one waits here for a
/// place (<see cref="HashingOptions"/>).
/// </summary>
public sealed class PasswordHashing
{
    private readonly HashingPlaces _places;
    private readonly IHashingClients? _clients;
    private string? _known;
    private bool _isReserved;

    internal PasswordHashing(HashingPlaces places, IHashingClients? clients)
    {
        _places = places;
        _clients = clients;
    }

    /// <summary>Puts what this scope hashes before what strangers do: the account knows the browser, or its address was proven.</summary>
    /// <param name="subject">The account's id, or the address: each has a share of its own.</param>
    public void Prefer(string subject) => _known = subject;

    /// <summary>
    /// Waits for a place before using up something that is worthless without a hash. Until the reservation is disposed
    /// of, hashes of this scope do not wait again.
    /// </summary>
    /// <returns>The reservation: keep it for a short time.</returns>
    /// <exception cref="PasswordsBusyException">There is no place within the bounds.</exception>
    public async ValueTask<IDisposable> ReserveAsync()
    {
        var client = _clients?.Current;
        var turn = (client, _known) switch
        {
            (null, _) => new HashingTurn(HashingRank.Background, ""),
            (_, { } subject) => new HashingTurn(HashingRank.Known, "subject " + subject),
            ({ } stranger, _) => new HashingTurn(HashingRank.Stranger, "network " + ClientNetwork.Of(stranger.Address)),
        };
        await _places.EnterAsync(turn, client?.Aborted ?? CancellationToken.None);
        _isReserved = true;
        return new Reservation(this, turn);
    }

    /// <summary>Runs a hash on a thread of its own, in the place that this scope has or waits for.</summary>
    /// <exception cref="PasswordsBusyException">There is no place within the bounds.</exception>
    internal async Task<T> RunAsync<T>(Func<T> hash)
    {
        using var place = _isReserved ? null : await ReserveAsync();
        return await HashingPlaces.RunAsync(hash);
    }

    private sealed class Reservation(PasswordHashing owner, HashingTurn turn) : IDisposable
    {
        private bool _isOver;

        public void Dispose()
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            owner._isReserved = false;
            owner._places.Leave(turn);
        }
    }
}
