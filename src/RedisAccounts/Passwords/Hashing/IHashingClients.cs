using System.Net;

namespace RedisAccounts.Passwords.Hashing;

/// <summary>
/// Tells for whom passwords are hashed, so that each network gets its share. Register one in an application that serves
/// requests; without one, no hash is refused, and all wait their turn.
/// </summary>
public interface IHashingClients
{
    /// <summary>
    /// The client being served; <see langword="null"/>: none, and the hash waits behind those of all clients.
    /// </summary>
    HashingClient? Current { get; }
}

/// <param name="Address">The client's address; <see langword="null"/> counts as one network of its own.</param>
/// <param name="Aborted">The client has gone, and nothing needs to be hashed any more.</param>
public readonly record struct HashingClient(IPAddress? Address, CancellationToken Aborted);
