using System.Text;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

using RedisAccounts;

using RedisSessions.Catalog;
using RedisSessions.Users;

namespace RedisSessionWeb.Inspection;

/// <summary>All sessions, for admins: lists them, with the addresses of their owners, and ends them.</summary>
internal sealed class Inspector(
    SessionCatalog catalog, UserSessions sessions, UserManager<Account> accounts, IOptionsMonitor<InspectorOptions> options)
{
    private const int PageSize = 50;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>One page of all sessions.</summary>
    /// <returns><see langword="null"/>: the cursor is none.</returns>
    public async Task<SessionViewPage?> ListAsync(string? cursor, CancellationToken cancellationToken)
    {
        SessionPage page;
        try
        {
            page = await catalog.ListAsync(cursor, PageSize, cancellationToken);
        }
        catch (ArgumentException)
        {
            return null;
        }

        return new SessionViewPage(await WithOwnersAsync(page.Sessions), page.NextCursor);
    }

    /// <summary>All sessions of the account with this address; none where there is no such account.</summary>
    public async Task<SessionViewPage> OfUserAsync(string email, CancellationToken cancellationToken)
    {
        if (await accounts.FindByEmailAsync(email) is not { } account)
        {
            return new SessionViewPage([], null);
        }

        var own = await sessions.ListAsync(account.Id, cancellationToken);
        return new SessionViewPage(
            [.. own.Select(s => new SessionView(s.Id, account.Email, s.SignedInAt, s.LastSeenAt, s.ExpiresAt, s.UserAgent, s.Address))],
            null);
    }

    /// <summary>One session with the names and sizes of its values, and the values themselves where configured.</summary>
    public async Task<InspectedDetails?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await catalog.FindAsync(id, cancellationToken) is not { } details)
        {
            return null;
        }

        var shows = options.CurrentValue.ShowValues;
        var session = (await WithOwnersAsync([details.Summary]))[0];
        return new InspectedDetails(
            session,
            details.Size,
            [.. details.Values.OrderBy(v => v.Key, StringComparer.Ordinal)
                .Select(v => new InspectedValue(v.Key, v.Value.Length, shows ? Readable(v.Value.Span) : null))]);
    }

    /// <returns>Whether there was such a session.</returns>
    public ValueTask<bool> EndAsync(string id, CancellationToken cancellationToken) => catalog.EndAsync(id, cancellationToken);

    private async Task<IReadOnlyList<SessionView>> WithOwnersAsync(IReadOnlyList<SessionSummary> summaries)
    {
        // All lookups are on their way before the first is awaited: one round trip for a page.
        var ids = summaries.Select(s => s.UserId).OfType<string>().Distinct().ToArray();
        var owners = await Task.WhenAll(ids.Select(accounts.FindByIdAsync));
        var emails = owners.OfType<Account>().ToDictionary(a => a.Id, a => a.Email);
        return [.. summaries.Select(s => new SessionView(
            s.Id, s.UserId is null ? null : emails.GetValueOrDefault(s.UserId, s.UserId), s.CreatedAt, s.LastSeenAt, s.ExpiresAt, s.UserAgent, s.Address))];
    }

    private static string Readable(ReadOnlySpan<byte> value)
    {
        try
        {
            return Utf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return Convert.ToHexStringLower(value);
        }
    }
}
