using System.Globalization;
using System.Text;

using FsCheck;
using FsCheck.Fluent;

namespace RespClient.Tests.Fuzz;

/// <summary>
/// A reply as a property test makes it up: its bytes on the wire, and what reading them must show. Written from the
/// specification, not with the product's writer.
/// </summary>
public sealed record WireValue(byte[] Wire, string Shown)
{
    /// <summary>The pushes between its elements, in their order.</summary>
    public IEnumerable<string> Pushes { get; init; } = [];

    public override string ToString() => $"{Shown} <- {Encoding.Latin1.GetString(Wire)}";
}

/// <summary>Generators of replies of both protocols.</summary>
internal static class WireValues
{
    private static readonly Gen<byte[]> AnyBytes =
        from bytes in Gen.Choose(0, 255).Select(b => (byte)b).ListOf()
        select bytes.ToArray();

    private static readonly Gen<string> Line = Gen.Choose(32, 255).Select(c => (char)c).ListOf().Select(chars => new string([.. chars]));

    private static readonly Gen<WireValue> Scalar = Gen.OneOf(
        Line.Select(text => Make($"+{text}\r\n", $"+{text}")),
        Line.Select(text => Make($"-{text}\r\n", $"-{text}")),
        ArbMap.Default.GeneratorFor<long>().Select(number => Make(Text($":{number}\r\n"), Text($"{number}"))),
        ArbMap.Default.GeneratorFor<int>().Select(number => Make(Text($"({number}9223372036854775808\r\n"), Text($"big{number}9223372036854775808"))),
        ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(number => Make(Text($",{number:R}\r\n"), Text($"d{number:R}"))),
        AnyBytes.Select(bytes => Make($"${bytes.Length}\r\n{Latin(bytes)}\r\n", $"\"{Latin(bytes)}\"")),
        AnyBytes.Select(bytes => Make($"!{bytes.Length}\r\n{Latin(bytes)}\r\n", $"!{Latin(bytes)}")),
        AnyBytes.Select(bytes => Make($"={bytes.Length + 4}\r\nmkd:{Latin(bytes)}\r\n", $"txt\"{Latin(bytes)}\"")),
        AnyBytes.ListOf().Select(Streamed),
        Gen.Elements(
            Make("_\r\n", "null"), Make("$-1\r\n", "null"), Make("*-1\r\n", "null"), Make("#t\r\n", "true"), Make("#f\r\n", "false"),
            Make(",inf\r\n", "dInfinity"), Make(",-inf\r\n", "d-Infinity"), Make(",nan\r\n", "dNaN")));

    /// <summary>Any reply: scalars, and aggregates of replies with attributes strewn in.</summary>
    public static Gen<WireValue> Any { get; } = Gen.Sized(size => Nested(Math.Min(size, 40), depth: 8));

    /// <summary>Any reply, with pushes between its elements.</summary>
    public static Gen<WireValue> Interrupted { get; } = Gen.Sized(size => Nested(Math.Min(size, 12), depth: 4, withPushes: true));

    /// <summary>A few replies in a row, with pushes between them.</summary>
    public static Gen<IList<WireValue>> Stream { get; } =
        Gen.Frequency((4, Any), (1, Any.ListOf().Select(items => Aggregate('>', ">[", "]", items)))).ListOf().Select(list => (IList<WireValue>)list);

    private static Gen<WireValue> Push => Scalar.ListOf(2).Select(items => Aggregate('>', ">[", "]", items));

    private static Gen<WireValue> Nested(int size, int depth, bool withPushes = false)
    {
        if (size <= 1 || depth == 0)
        {
            return Scalar;
        }

        var item = Nested(size / 2, depth - 1, withPushes);
        if (withPushes)
        {
            item = Gen.Frequency((3, item), (1, from push in Push from value in item select Behind(push, value)));
        }

        var items = Gen.Choose(0, Math.Min(size, 6)).SelectMany(count => item.ListOf(count));
        return Gen.Frequency(
            (3, Scalar),
            (1, items.Select(list => Aggregate('*', "[", "]", list))),
            (1, items.Select(list => Aggregate('~', "(", ")", list))),
            (1, items.Select(list => Aggregate('%', "{", "}", [.. list, .. list]))),
            (1, items.Select(list => Streamed('*', "[", "]", list))),
            (1, items.Select(list => Streamed('%', "{", "}", [.. list, .. list]))),
            (1, items.SelectMany(list => Scalar.Select(value => Attributed([.. list, .. list], value)))));
    }

    private static WireValue Aggregate(char type, string open, string close, List<WireValue> items)
    {
        var count = type == '%' ? items.Count / 2 : items.Count;
        return Wrap(Text($"{type}{count}\r\n"), items, "", open + string.Join(' ', items.Select(item => item.Shown)) + close);
    }

    private static WireValue Streamed(char type, string open, string close, List<WireValue> items) =>
        Wrap($"{type}?\r\n", items, ".\r\n", open + string.Join(' ', items.Select(item => item.Shown)) + close);

    private static WireValue Streamed(IList<byte[]> chunks)
    {
        var wire = new StringBuilder("$?\r\n");
        foreach (var chunk in chunks.Where(chunk => chunk.Length > 0))
        {
            wire.Append(CultureInfo.InvariantCulture, $";{chunk.Length}\r\n{Latin(chunk)}\r\n");
        }

        return Make(wire.Append(";0\r\n").ToString(), $"\"{string.Concat(chunks.Select(Latin))}\"");
    }

    /// <summary>An attribute is read and dropped: only what it describes is shown.</summary>
    private static WireValue Attributed(List<WireValue> attributes, WireValue value) =>
        Wrap(Text($"|{attributes.Count / 2}\r\n"), [.. attributes, value], "", value.Shown);

    private static WireValue Wrap(string head, List<WireValue> items, string tail, string shown) =>
        new([.. Encoding.Latin1.GetBytes(head), .. items.SelectMany(item => item.Wire), .. Encoding.Latin1.GetBytes(tail)], shown)
        {
            Pushes = [.. items.SelectMany(item => item.Pushes)],
        };

    private static WireValue Behind(WireValue push, WireValue value) =>
        value with { Wire = [.. push.Wire, .. value.Wire], Pushes = [push.Shown, .. value.Pushes] };

    private static WireValue Make(string wire, string shown) => new(Encoding.Latin1.GetBytes(wire), shown);

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
