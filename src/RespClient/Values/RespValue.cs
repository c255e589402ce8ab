using System.Globalization;
using System.Text;

using RespClient.Values;

namespace RespClient.Protocol;

/// <summary>A reply: a value of one of the RESP types. Immutable.</summary>
public readonly struct RespValue
{
    // A string's bytes, or an aggregate's elements, as an array or packed.
    private readonly object? _payload;

    // The number itself; of a string, which part of the array it is: start and length; of an aggregate, how many elements.
    private readonly long _number;

    private RespValue(RespKind kind, object? payload, long number = 0)
    {
        Kind = kind;
        _payload = payload;
        _number = number;
    }

    /// <summary>The null reply.</summary>
    public static RespValue Null => default;

    /// <summary>The reply to most writes, made once: the bytes of a value never change.</summary>
    internal static RespValue Ok { get; } = FromSimpleString("OK");

    /// <summary>The type on the wire.</summary>
    public RespKind Kind { get; }

    /// <summary>Whether this is a null reply (a missing key, for instance). An empty string or array is not null.</summary>
    public bool IsNull => Kind == RespKind.Null;

    /// <summary>Whether this is an error, as it occurs inside the reply of EXEC.</summary>
    public bool IsError => Kind is RespKind.SimpleError or RespKind.BulkError;

    /// <summary>The elements of an array, set, push or map (key, value, key, value); empty for null.</summary>
    /// <exception cref="RedisReplyTypeException">The reply is a scalar.</exception>
    public ReadOnlySpan<RespValue> Items => _payload is RespValue[] items ? items.AsSpan(0, (int)_number)
        : _payload is PackedStrings packed ? packed.Items.AsSpan(0, (int)_number)
        : IsNull ? default
        : throw Unexpected("an aggregate");

    /// <summary>How many elements <see cref="Items"/> has.</summary>
    /// <exception cref="RedisReplyTypeException">The reply is a scalar.</exception>
    public int Count => _payload is PackedStrings ? (int)_number : Items.Length;

    /// <summary>
    /// One of <see cref="Items"/>. Many replies have only the bytes of their elements, as they came: this way the array is
    /// never made.
    /// </summary>
    /// <exception cref="RedisReplyTypeException">The reply is a scalar.</exception>
    /// <exception cref="IndexOutOfRangeException">There are not so many.</exception>
    public RespValue this[int index] =>
        _payload is PackedStrings packed && (ulong)index < (ulong)_number ? packed[index] : Items[index];

    /// <summary>
    /// The bytes of a string, verbatim string, error or big number; empty for null. Not copied: short strings of a reply
    /// may be parts of one array, which lives as long as any of them is kept.
    /// </summary>
    /// <exception cref="RedisReplyTypeException">The reply is another type.</exception>
    public ReadOnlyMemory<byte> Bytes => _payload is byte[] bytes ? bytes.AsMemory((int)(_number >> 32), (int)_number)
        : IsNull ? default
        : Encoding.UTF8.GetBytes(AsString()!);

    /// <summary>A string of the wire, by its bytes. The array is owned by the value from then on.</summary>
    public static RespValue FromBytes(RespKind kind, byte[] bytes) => new(kind, bytes, bytes.Length);

    /// <summary>A string that is a part of an array with others. The array must not change from then on.</summary>
    internal static RespValue FromShared(RespKind kind, byte[] shared, int start, int length) =>
        new(kind, shared, ((long)start << 32) | (uint)length);

    /// <summary>An array or map of bulk strings.</summary>
    internal static RespValue FromPacked(RespKind kind, PackedStrings items) => new(kind, items, items.Count);

    /// <summary>An array, set, push or map. The array is owned by the value from then on.</summary>
    public static RespValue FromItems(RespKind kind, RespValue[] items) => new(kind, items, items.Length);

    /// <summary>An integer.</summary>
    public static RespValue FromInt64(long value) => new(RespKind.Integer, null, value);

    /// <summary>A boolean.</summary>
    public static RespValue FromBoolean(bool value) => new(RespKind.Boolean, null, value ? 1 : 0);

    /// <summary>A double.</summary>
    public static RespValue FromDouble(double value) => new(RespKind.Double, null, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A simple string.</summary>
    public static RespValue FromSimpleString(string value) => FromBytes(RespKind.SimpleString, Encoding.UTF8.GetBytes(value));

    /// <summary>The text of a string or the digits of a number; <see langword="null"/> for a null reply.</summary>
    /// <exception cref="RedisReplyTypeException">The reply is an aggregate.</exception>
    public string? AsString() => Kind switch
    {
        RespKind.Null => null,
        RespKind.Integer => _number.ToString(CultureInfo.InvariantCulture),
        RespKind.Boolean => _number != 0 ? "1" : "0",
        RespKind.Double => BitConverter.Int64BitsToDouble(_number).ToString("R", CultureInfo.InvariantCulture),
        _ when _payload is byte[] => Encoding.UTF8.GetString(Bytes.Span),
        _ => throw Unexpected("a string"),
    };

    /// <summary>
    /// The bytes of a string in an array of their own; <see langword="null"/> for a null reply. Copied only if the string
    /// shares its array with others of the reply: do not change them.
    /// </summary>
    /// <exception cref="RedisReplyTypeException">The reply is an aggregate.</exception>
    public byte[]? AsBytes() => IsNull ? null
        : _payload is byte[] bytes && bytes.Length == (int)_number ? bytes
        : Bytes.ToArray();

    /// <summary>An integer, or a string of digits (as RESP2 and scripts answer numbers).</summary>
    /// <exception cref="RedisReplyTypeException">The reply is null, an aggregate, or not a number.</exception>
    public long AsInt64() => Kind switch
    {
        RespKind.Integer or RespKind.Boolean => _number,
        _ when _payload is byte[]
            && long.TryParse(Bytes.Span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw Unexpected("an integer"),
    };

    /// <summary>A double, an integer, or a string of digits (as RESP2 answers scores).</summary>
    /// <exception cref="RedisReplyTypeException">The reply is null, an aggregate, or not a number.</exception>
    public double AsDouble() => Kind switch
    {
        RespKind.Double => BitConverter.Int64BitsToDouble(_number),
        RespKind.Integer => _number,
        _ when _payload is byte[] => ParseDouble(Bytes.Span),
        _ => throw Unexpected("a double"),
    };

    /// <summary>A boolean, or an integer other than zero, or <c>OK</c>; a null reply is false.</summary>
    /// <exception cref="RedisReplyTypeException">The reply is another type.</exception>
    public bool AsBoolean() => Kind switch
    {
        RespKind.Null => false,
        RespKind.Boolean or RespKind.Integer => _number != 0,
        RespKind.SimpleString => true,
        _ => throw Unexpected("a boolean"),
    };

    /// <summary>An array without its last element. Nothing is copied.</summary>
    internal RespValue WithoutLast() => new(Kind, _payload, _number - 1);

    /// <summary>The part of a string that begins here. Nothing is copied.</summary>
    internal RespValue From(int start) => new(Kind, _payload, ((long)((int)(_number >> 32) + start) << 32) | (uint)((int)_number - start));

    /// <summary>The kind and size, never the content: safe for logs.</summary>
    public override string ToString() => _payload switch
    {
        byte[] => string.Create(CultureInfo.InvariantCulture, $"{Kind} ({(int)_number} bytes)"),
        RespValue[] or PackedStrings => string.Create(CultureInfo.InvariantCulture, $"{Kind} ({Count} items)"),
        _ => Kind.ToString(),
    };

    private double ParseDouble(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes) switch
    {
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" => double.NaN,
        var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw Unexpected("a double"),
    };

    private RedisReplyTypeException Unexpected(string wanted) => new($"Expected {wanted} but the reply is {this}.");
}
