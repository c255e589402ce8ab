using System.Net;

namespace RedisAccounts.Passwords.Hashing;

/// <summary>
/// Tells for whom passwords are hashed, so that each network gets its share. Register one in an application that serves
/// requests; where there is none, nobody is refused, and all wait their turn.
/// </summary>
public interface IHashingClients
{
    /// <summary>Who is being served; <see langword="null"/>: nobody is, and the hash waits behind all who are.</summary>
    HashingClient? Current { get; }
}

/// <param name="Address">The client's address; <see langword="null"/> counts as one network of its own.</param>
/// <param name="Aborted">The client has gone, and nothing needs to be hashed any more.</param>
public readonly record struct HashingClient(IPAddress? Address, CancellationToken Aborted);
