using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

using RespClient.Protocol;

namespace RespClient.Tests.Protocol;

/// <summary>
/// Arrays and maps of scalars are read on a short way when they are there whole. Cut anywhere they take the long way, so
/// one way is the measure of the other.
/// </summary>
public sealed class FlatReplyTests
{
    private static readonly int Replies = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 100_000 : 2_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_flat_reply_is_the_same_whole_and_cut_anywhere_under_any_limits(int seed)
    {
        var random = new Random(seed);
        for (var number = 0; number < Replies; number++)
        {
            var wire = Reply(random);
            if (random.Next(3) == 0)
            {
                wire[random.Next(wire.Length)] = "\r\n$*:+_-0129x%"u8[random.Next(14)];
            }

            var limits = Limits(random);
            var bytewise = WireText.ReadAll(wire, Enumerable.Repeat(1, wire.Length), limits);
            for (var cut = 0; cut <= wire.Length; cut++)
            {
                var read = WireText.ReadAll(wire, [cut, wire.Length - cut], limits);
                Assert.True(bytewise.SequenceEqual(read), $"Seed {seed}, reply {number}, cut at {cut}: {Encoding.Latin1.GetString(wire)}");
            }
        }
    }

    [Fact]
    public void A_session_of_twelve_fields_takes_its_bytes_and_a_place_for_each_string()
    {
        var wire = WireText.ToBytes("%12\r\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"$6\r\nname{i:00}\r\n$50\r\n{new string('v', 50)}\r\n")));
        var reader = new RespReader(RespLimits.Default);
        reader.Read(wire, out _, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var status = reader.Read(wire, out _, out var value);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(RespReadStatus.Done, status);
        Assert.Equal(24, value.Count);
        Assert.InRange(taken, 1, 40 + (24 + (24 * sizeof(uint))) + (24 + wire.Length) + 16);
    }

    [Theory]
    [InlineData(1, 1024)]
    [InlineData(1, 1025)]
    [InlineData(62, 1024)]
    [InlineData(64, 1015)]
    [InlineData(64, 1016)]
    [InlineData(64, 1024)]
    [InlineData(200, 1024)]
    public void Strings_are_the_same_one_by_one_and_as_an_array_however_many_and_long(int count, int length)
    {
        string[] texts = [.. Enumerable.Range(0, count).Select(i => ((char)('a' + (i % 26))) + new string('x', length - 2) + ((char)('a' + (i % 7))))];
        var value = Read($"*{count}\r\n" + string.Concat(texts.Select(text => $"${text.Length}\r\n{text}\r\n")));
        Assert.Equal(texts, Enumerable.Range(0, value.Count).Select(i => value[i].AsString()));
        Assert.Equal(texts, value.Items.ToArray().Select(item => item.AsString()));
        Assert.Equal($"Array ({count} items)", value.ToString());
    }

    [Fact]
    public void An_element_that_is_not_there_is_an_error_and_a_scalar_has_none()
    {
        Assert.Throws<IndexOutOfRangeException>(() => Read("*1\r\n$1\r\na\r\n")[1]);
        Assert.Throws<IndexOutOfRangeException>(() => Read("*1\r\n:1\r\n")[-1]);
        Assert.Throws<IndexOutOfRangeException>(() => RespValue.Null[0]);
        Assert.Equal(0, RespValue.Null.Count);
        Assert.Throws<RedisReplyTypeException>(() => Read("$1\r\na\r\n").Count);
        Assert.Throws<RedisReplyTypeException>(() => Read(":1\r\n")[0]);
        Assert.Throws<RedisReplyTypeException>(() => Read("*1\r\n$1\r\na\r\n").AsString());
    }

    [Fact]
    public void Strings_that_share_an_array_are_given_out_as_arrays_of_their_own()
    {
        var items = Read("*3\r\n$3\r\nabc\r\n+OK\r\n$2\r\n12\r\n").Items;
        Assert.Equal("abc"u8.ToArray(), items[0].AsBytes());
        Assert.Equal("OK", items[1].AsString());
        Assert.Equal(12, items[2].AsInt64());
        Assert.Equal(12, items[2].AsDouble());
        Assert.Equal("BulkString (3 bytes)", items[0].ToString());
        items[0].AsBytes()![2] = (byte)'X';
        Assert.Equal("OK", items[1].AsString());
        Assert.Equal("abc", items[0].AsString());
    }

    [Fact]
    public void A_long_string_keeps_none_of_its_neighbours_in_memory()
    {
        var text = new string('x', 2000);
        var items = Read($"*2\r\n$1\r\na\r\n$2000\r\n{text}\r\n").Items;
        Assert.True(MemoryMarshal.TryGetArray(items[1].Bytes, out var segment));
        Assert.Equal(2000, segment.Array!.Length);
        Assert.Same(items[1].AsBytes(), segment.Array);
        Assert.True(MemoryMarshal.TryGetArray(items[0].Bytes, out segment));
        Assert.Single(segment.Array!);
    }

    private static RespValue Read(string wire)
    {
        var reader = new RespReader(RespLimits.Default);
        Assert.Equal(RespReadStatus.Done, reader.Read(WireText.ToBytes(wire), out _, out var value));
        return value;
    }

    private static byte[] Reply(Random random)
    {
        var isMap = random.Next(2) == 0;
        var count = random.Next(0, 6);
        var wire = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{(isMap ? '%' : '*')}{count}\r\n"));
        for (var left = isMap ? count * 2 : count; left > 0; left--)
        {
            wire.Append(Element(random));
        }

        // What follows shows whether too much was taken.
        return WireText.ToBytes(wire.Append(":7\r\n").ToString());
    }

    private static string Element(Random random)
    {
        var text = new string('x', random.Next(0, 12));
        return random.Next(10) switch
        {
            0 => "$-1\r\n",
            1 => "_\r\n",
            2 => $"+{text}\r\n",
            3 => string.Create(CultureInfo.InvariantCulture, $":{random.NextInt64(long.MinValue, long.MaxValue)}\r\n"),
            4 => ":+5\r\n",
            5 when random.Next(4) == 0 => "*1\r\n#t\r\n",
            6 => $"$4\r\n\r\n$1\r\n",
            _ => $"${text.Length}\r\n{text}\r\n",
        };
    }

    private static RespLimits Limits(Random random) => random.Next(2) == 0 ? RespLimits.Default : new RespLimits
    {
        MaxElements = random.Next(1, 12),
        MaxBulkBytes = random.Next(0, 12),
        MaxFrameBytes = random.Next(1, 100),
        MaxDepth = random.Next(1, 3),
    };
}
