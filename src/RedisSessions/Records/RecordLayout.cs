using System.Buffers.Text;
using System.Globalization;
using System.Text;

using RespClient;
using RespClient.Protocol;

namespace RedisSessions.Records;

/// <summary>
/// The record of a session as a Redis hash, readable with <c>redis-cli HGETALL</c>:
/// <code>
/// field        value                                                              written
/// @format      1; another number is a foreign record and not read                 at creation
/// @version     1, 2, 3 ...: one up with each commit                               by the scripts
/// @mark        the record's own key, as RecordMark has it                         by the scripts
/// @created     creation or sign-in, ms since 1970 by Redis' clock                 by the scripts
/// @renewed     last renewal of the TTL, ms since 1970 by Redis' clock             by the scripts
/// @deadline    end of the absolute lifetime, ms since 1970; absent: none          by the scripts
/// @lifetime    TTL of a renewal, ms                                               at creation, when changed
/// @browser     1 where the cookie ends with the browser; absent: Max-Age          at creation, when changed
/// @user        who is signed in; absent: anonymous                                at sign-in
/// @ticket      the serialized principal (protected with ProtectData)              at sign-in
/// @validated   when the principal was last checked, ms since 1970                 at sign-in and check
/// @agent       the browser at sign-in; absent: not sent                           at sign-in
/// @address     the remote address at sign-in; absent: unknown                     at sign-in
/// {key}        a value of the session: text as UTF-8, typed values as JSON, other bytes as they are
/// @@{rest}     the value of a session key that itself starts with @, as @{rest}
/// </code>
/// </summary>
internal static class RecordLayout
{
    public const string Format = "@format";
    public const string Version = "@version";
    public const string Mark = "@mark";
    public const string Created = "@created";
    public const string Renewed = "@renewed";
    public const string Deadline = "@deadline";
    public const string Lifetime = "@lifetime";
    public const string Browser = "@browser";
    public const string User = "@user";
    public const string Ticket = "@ticket";
    public const string Validated = "@validated";
    public const string Agent = "@agent";
    public const string Address = "@address";

    /// <summary>The revision of this table.</summary>
    public const int Revision = 1;

    // 400 days in milliseconds, and a day more.
    private const long LongestLifetime = 401L * 24 * 60 * 60 * 1000;

    private const byte Sign = (byte)'@';

    // What stands between a name and a value on the wire, and is kept with them.
    private const int BytesBetween = 16;

    /// <summary>The field that holds a session key.</summary>
    public static string FieldOf(string key) => key.StartsWith('@') ? "@" + key : key;

    /// <summary>Reads a record.</summary>
    /// <param name="key">The key that was asked for.</param>
    /// <param name="reply">All fields; a reply of another shape is a broken record.</param>
    /// <param name="protection">How values are encrypted.</param>
    public static RecordReading Read(string key, in RespValue reply, ValueProtection protection)
    {
        if (reply.Kind is not (RespKind.Array or RespKind.Map))
        {
            return RecordReading.Broken;
        }

        try
        {
            var fields = new FieldSet(reply);
            return fields.Count == 0 ? RecordReading.Missing : Read(key, fields, protection);
        }
        catch (RedisReplyTypeException)
        {
            return RecordReading.Broken;
        }
    }

    private static RecordReading Read(string key, FieldSet fields, ValueProtection protection)
    {
        var own = new OwnFields();
        var values = new RecordValues.Field[CountValues(fields)];
        var sealedValues = protection.IsOn ? new RecordValues.Field[values.Length] : null;
        var (count, received) = (0, 0L);
        for (var field = 0; field < fields.Count; field++)
        {
            var (name, value) = (fields.Name(field), fields.Value(field));
            received += name.Length + value.Length + BytesBetween;
            if (IsOwn(name.Span))
            {
                own.Take(name.Span, value);
                continue;
            }

            name = name.Length > 0 && name.Span[0] == Sign ? name[1..] : name;
            if (sealedValues is not null)
            {
                sealedValues[count] = new RecordValues.Field(name, value);
                if (!protection.TryUnprotect(KeyNames.Of(name.Span), value, out var plain))
                {
                    return RecordReading.Broken;
                }

                value = plain;
            }

            values[count++] = new RecordValues.Field(name, value);
        }

        // Where values are encrypted, it is they that lie in what was received.
        return sealedValues is null
            ? own.ToRecord(key, new RecordValues(values, received), null, protection)
            : own.ToRecord(key, new RecordValues(values, 0), new RecordValues(sealedValues, received), protection);
    }

    /// <summary>
    /// The time a field of milliseconds stands for; <see langword="null"/> where it is no such field, or so late that
    /// the longest lifetime after it is beyond the year 9999.
    /// </summary>
    public static DateTimeOffset? Time(ReadOnlySpan<byte> field) =>
        Number(field) is { } milliseconds and >= 0 and < 253402300800000 - LongestLifetime
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <summary>The lifetime a field of milliseconds stands for; <see langword="null"/> where it is no such field.</summary>
    public static TimeSpan? Duration(ReadOnlySpan<byte> field) =>
        Number(field) is { } milliseconds and > 0 and <= LongestLifetime ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <summary>A number in decimal; <see langword="null"/> for anything else.</summary>
    public static long? Number(ReadOnlySpan<byte> field) =>
        Utf8Parser.TryParse(field, out long number, out var read) && read == field.Length ? number : null;

    /// <summary>Milliseconds since 1970.</summary>
    public static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>A number as its field.</summary>
    public static byte[] Text(long number) => Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    private static int CountValues(FieldSet fields)
    {
        var count = 0;
        for (var field = 0; field < fields.Count; field++)
        {
            count += IsOwn(fields.Name(field).Span) ? 0 : 1;
        }

        return count;
    }

    private static bool IsOwn(ReadOnlySpan<byte> name) =>
        name.Length > 0 && name[0] == Sign && (name.Length == 1 || name[1] != Sign);

    /// <summary>The record's own fields while they are collected.</summary>
    private struct OwnFields
    {
        private long? _format, _version;
        private DateTimeOffset? _created, _renewed, _deadline, _validated;
        private TimeSpan? _lifetime;
        private string? _user, _agent, _address;
        private ReadOnlyMemory<byte>? _ticket;
        private ReadOnlyMemory<byte> _mark;
        private bool _endsWithBrowser, _hasBrokenDeadline;

        public void Take(ReadOnlySpan<byte> name, ReadOnlyMemory<byte> field)
        {
            var value = field.Span;
            // Length and first letter leave one name to compare with.
            switch (name.Length, name.Length > 1 ? name[1] : 0)
            {
                case (7, 'f') when name.SequenceEqual("@format"u8): _format = Number(value); break;
                case (8, 'v') when name.SequenceEqual("@version"u8): _version = Number(value); break;
                case (8, 'c') when name.SequenceEqual("@created"u8): _created = Time(value); break;
                case (8, 'r') when name.SequenceEqual("@renewed"u8): _renewed = Time(value); break;
                case (9, 'd') when name.SequenceEqual("@deadline"u8): _hasBrokenDeadline = (_deadline = Time(value)) is null; break;
                case (9, 'l') when name.SequenceEqual("@lifetime"u8): _lifetime = Duration(value); break;
                case (8, 'b') when name.SequenceEqual("@browser"u8): _endsWithBrowser = true; break;
                case (5, 'm') when name.SequenceEqual("@mark"u8): _mark = field; break;
                case (5, 'u') when name.SequenceEqual("@user"u8): _user = Encoding.UTF8.GetString(value); break;
                case (7, 't') when name.SequenceEqual("@ticket"u8): _ticket = field; break;
                case (10, 'v') when name.SequenceEqual("@validated"u8): _validated = Time(value); break;
                case (6, 'a') when name.SequenceEqual("@agent"u8): _agent = Encoding.UTF8.GetString(value); break;
                case (8, 'a') when name.SequenceEqual("@address"u8): _address = Encoding.UTF8.GetString(value); break;
            }
        }

        public readonly RecordReading ToRecord(
            string key, RecordValues values, RecordValues? sealedValues, ValueProtection protection)
        {
            if (_version is not { } version)
            {
                return RecordReading.Broken;
            }

            if (RecordMark.NamesAnother(_mark.Span, version, key))
            {
                return RecordReading.Foreign;
            }

            if (_format != Revision
                || _created is not { } created
                || _renewed is not { } renewed
                || _lifetime is not { } lifetime
                || _hasBrokenDeadline
                || (_user is null) != (_ticket is null)
                || !TryIdentity(protection, created, out var identity))
            {
                return RecordReading.Broken;
            }

            return new RecordReading(RecordReadingKind.Found, new SessionRecord
            {
                Version = version,
                CreatedAt = created,
                RenewedAt = renewed,
                Lifetime = new SessionLifetime(lifetime, !_endsWithBrowser),
                Deadline = _deadline,
                Identity = identity,
                Values = values,
                SealedValues = sealedValues,
            });
        }

        private readonly bool TryIdentity(ValueProtection protection, DateTimeOffset created, out SessionIdentity? identity)
        {
            identity = null;
            if (_user is null)
            {
                return true;
            }

            if (!protection.TryUnprotect(Ticket, _ticket!.Value, out var ticket))
            {
                return false;
            }

            identity = new SessionIdentity(_user, ticket, _agent, _address, _validated ?? created);
            return true;
        }
    }
}
