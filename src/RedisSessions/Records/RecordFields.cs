using System.Text;

namespace RedisSessions.Records;

/// <summary>Writes the own fields of a record that requests decide about, as <see cref="RecordLayout"/> lists them.</summary>
internal static class RecordFields
{
    public static void AddLifetime(SessionLifetime lifetime, Action<KeyValuePair<string, byte[]>> add)
    {
        add(new(RecordLayout.Lifetime, RecordLayout.Text((long)Math.Ceiling(lifetime.IdleTimeout.TotalMilliseconds))));
        if (!lifetime.IsPersistent)
        {
            add(new(RecordLayout.Browser, "1"u8.ToArray()));
        }
    }

    public static void AddIdentity(
        SessionIdentity identity, ValueProtection protection, Action<KeyValuePair<string, byte[]>> add)
    {
        add(new(RecordLayout.User, Encoding.UTF8.GetBytes(identity.UserId)));
        add(new(RecordLayout.Ticket, protection.Protect(RecordLayout.Ticket, identity.Ticket)));
        add(new(RecordLayout.Validated, RecordLayout.Text(RecordLayout.Milliseconds(identity.ValidatedAt))));
        if (identity.UserAgent is { } agent)
        {
            add(new(RecordLayout.Agent, Encoding.UTF8.GetBytes(agent)));
        }

        if (identity.Address is { } address)
        {
            add(new(RecordLayout.Address, Encoding.UTF8.GetBytes(address)));
        }
    }
}
