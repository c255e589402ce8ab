using System.Net;

namespace RedisAccounts.SignIn;

/// <summary>Who tries to sign in to what. Nothing of it is kept in Redis in readable form.</summary>
/// <param name="Subject">
/// The account's id; where no account has what was typed, what was typed, in its normalised form, so that known and
/// unknown names meet the same limits.
/// </param>
/// <param name="Address">The client's address; <see langword="null"/> counts as one network of its own.</param>
/// <param name="DeviceToken">
/// What <see cref="SignInThrottle.SucceededAsync"/> once gave this browser, from its cookie; <see langword="null"/>
/// when it has none. Anything that is not such a token is ignored.
/// </param>
public readonly record struct SignInAttempt(string Subject, IPAddress? Address, string? DeviceToken)
{
    /// <summary>Says that there is an attempt, and nothing of whose.</summary>
    public override string ToString() => nameof(SignInAttempt);
}
