using RedisSessions.Users;

namespace RedisSessionWeb.Visitors;

/// <summary>The sessions of the signed-in user: look at them, end one, end all others.</summary>
internal sealed class MySessions(UserSessions sessions, Visitor visitor)
{
    private string AccountId => visitor.AccountId ?? throw new InvalidOperationException("Nobody is signed in.");

    /// <summary>This session first, then the others, the one used last first.</summary>
    public async Task<IReadOnlyList<MySession>> ListAsync()
    {
        var own = visitor.Session.Id;
        var all = await sessions.ListAsync(AccountId);
        return [.. all.Select(s => new MySession(s, Browser.Of(s.UserAgent), s.Id == own)).OrderByDescending(s => s.IsThis)];
    }

    /// <summary>Ends one; ending this one is signing out.</summary>
    /// <returns>Whether the visitor is still signed in.</returns>
    public async Task<bool> EndAsync(string id)
    {
        if (id == visitor.Session.Id)
        {
            await visitor.SignOutAsync();
            return false;
        }

        await sessions.EndAsync(AccountId, id);
        return true;
    }

    public ValueTask<int> EndOthersAsync() => sessions.EndOthersAsync(AccountId, visitor.Session.Id);
}

/// <param name="Session">The session.</param>
/// <param name="Browser">Read from its User-Agent.</param>
/// <param name="IsThis">Whether it is the session of this request.</param>
internal sealed record MySession(UserSession Session, Browser Browser, bool IsThis);
