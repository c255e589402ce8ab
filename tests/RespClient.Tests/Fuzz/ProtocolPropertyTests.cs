using System.Text;

using FsCheck;
using FsCheck.Fluent;

using RespClient.Protocol;
using RespClient.Tests.Protocol;

namespace RespClient.Tests.Fuzz;

/// <summary>What holds for every reply and every command. The seed is fixed: the same run everywhere.</summary>
public sealed class ProtocolPropertyTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure
        .WithMaxTest(Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 20_000 : 500)
        .WithReplay(20240917, 7);

    [Fact]
    public void Every_reply_is_read_as_the_specification_shows_it() =>
        Prop.ForAll(
            WireValues.Any.ToArbitrary(),
            value => WireText.ReadAll(value.Wire, [value.Wire.Length]).SequenceEqual([value.Shown])).Check(Seeded);

    [Fact]
    public void Every_reply_is_the_same_at_every_split_and_byte_by_byte() =>
        Prop.ForAll(
            WireValues.Any.ToArbitrary(),
            value => Enumerable.Range(1, Math.Min(value.Wire.Length - 1, 200))
                .Select(split => new[] { split, value.Wire.Length - split })
                .Append([.. Enumerable.Repeat(1, value.Wire.Length)])
                .All(pieces => WireText.ReadAll(value.Wire, pieces).SequenceEqual([value.Shown]))).Check(Seeded);

    [Fact]
    public void Replies_in_a_row_are_read_one_by_one_and_nothing_is_left() =>
        Prop.ForAll(
            WireValues.Stream.ToArbitrary(),
            replies =>
            {
                byte[] wire = [.. replies.SelectMany(reply => reply.Wire)];
                return WireText.ReadAll(wire, [wire.Length]).SequenceEqual(replies.Select(reply => reply.Shown));
            }).Check(Seeded);

    [Fact]
    public void Every_reply_beyond_a_limit_is_passed_over_to_its_end_however_it_is_cut() =>
        Prop.ForAll(
            WireValues.Any.ToArbitrary(),
            Gen.Choose(1, 6).Three().ToArbitrary(),
            (value, small) =>
            {
                byte[] wire = [.. value.Wire, .. "+next\r\n"u8];
                var limits = RespLimits.Default with { MaxElements = small.Item1, MaxBulkBytes = small.Item2, MaxFrameBytes = 7 * small.Item3 };
                var read = WireText.ReadAll(wire, [wire.Length], limits);
                return (read[0] == value.Shown || read[0] == "too large")
                    && read.Skip(1).SequenceEqual(["+next"])
                    && new[] { [1, wire.Length - 1], [wire.Length / 2, wire.Length - (wire.Length / 2)], Enumerable.Repeat(1, wire.Length) }
                        .All(pieces => WireText.ReadAll(wire, pieces, limits).SequenceEqual(read));
            }).Check(Seeded);

    [Fact]
    public void Pushes_between_the_elements_of_a_reply_come_before_it_and_change_nothing_of_it() =>
        Prop.ForAll(
            WireValues.Interrupted.ToArbitrary(),
            value => new[] { 1, 2, 3, 7, value.Wire.Length }
                .Select(size => Enumerable.Range(0, (value.Wire.Length + size - 1) / size).Select(piece => Math.Min(size, value.Wire.Length - (piece * size))))
                .All(pieces => WireText.ReadAll(value.Wire, pieces).SequenceEqual([.. value.Pushes, value.Shown]))).Check(Seeded);

    [Fact]
    public void Every_reply_that_is_cut_short_needs_more_and_is_never_wrong() =>
        Prop.ForAll(
            WireValues.Any.ToArbitrary(),
            value => Enumerable.Range(1, Math.Min(value.Wire.Length - 1, 200))
                .All(length => WireText.ReadAll(value.Wire[..length], [length]).SequenceEqual(["more"]))).Check(Seeded);

    [Fact]
    public void Every_command_is_read_back_as_the_words_it_was_made_of() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<NonEmptyString>(),
            ArbMap.Default.ArbFor<byte[][]>(),
            (name, words) =>
            {
                RedisArgument[] arguments = [.. words.Where(word => word is not null).Select(word => (RedisArgument)word)];
                var buffer = new byte[RespWriter.GetMaxByteCount(name.Get, arguments)];
                var length = RespWriter.Write(buffer, name.Get, arguments);
                var reader = new RespReader(RespLimits.Default);
                return reader.Read(buffer.AsSpan(0, length), out var consumed, out var command) == RespReadStatus.Done
                    && consumed == length
                    && command.Items[0].Bytes.Span.SequenceEqual(Encoding.UTF8.GetBytes(name.Get))
                    && command.Items[1..].ToArray().Select(item => item.AsBytes()!).Zip(arguments)
                        .All(pair => pair.First.AsSpan().SequenceEqual(pair.Second.ToArray()))
                    && command.Items.Length == arguments.Length + 1;
            }).Check(Seeded);
}
