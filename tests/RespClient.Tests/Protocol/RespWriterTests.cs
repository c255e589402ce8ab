using System.Buffers;

using RespClient.Protocol;

namespace RespClient.Tests.Protocol;

public sealed class RespWriterTests
{
    [Fact]
    public void A_command_is_an_array_of_bulk_strings_with_byte_lengths() =>
        Assert.Equal("*3\r\n$3\r\nSET\r\n$3\r\nk\u00c3\u00a9\r\n$2\r\nab\r\n", Write("SET", "ké", "ab"u8.ToArray()));

    [Fact]
    public void A_value_with_spaces_and_line_ends_stays_one_argument() =>
        Assert.Equal("*2\r\n$4\r\nECHO\r\n$15\r\na b\r\nFLUSHALL\r\n\r\n", Write("ECHO", "a b\r\nFLUSHALL\r\n"));

    [Fact]
    public void An_empty_argument_is_written_as_an_empty_string() =>
        Assert.Equal("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", Write("ECHO", ""));

    [Theory]
    [InlineData(0L, "$1\r\n0\r\n")]
    [InlineData(long.MinValue, "$20\r\n-9223372036854775808\r\n")]
    [InlineData(long.MaxValue, "$19\r\n9223372036854775807\r\n")]
    public void An_integer_is_written_as_its_digits(long number, string expected) =>
        Assert.Equal("*2\r\n$4\r\nINCR\r\n" + expected, Write("INCR", number));

    [Theory]
    [InlineData(1.5, "$3\r\n1.5\r\n")]
    [InlineData(double.PositiveInfinity, "$4\r\n+inf\r\n")]
    [InlineData(double.NegativeInfinity, "$4\r\n-inf\r\n")]
    [InlineData(-1.7976931348623157E+308, "$24\r\n-1.7976931348623157E+308\r\n")]
    public void A_double_is_written_with_all_its_digits(double number, string expected) =>
        Assert.Equal("*2\r\n$4\r\nINCR\r\n" + expected, Write("INCR", number));

    [Fact]
    public void Arguments_of_every_length_are_read_back_as_they_were()
    {
        foreach (var length in (int[])[0, 1, 9, 10, 99, 100, 999, 1000, 65_536])
        {
            var bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            var wire = WireText.ToBytes(Write("ECHO", bytes));
            var reader = new RespReader(RespLimits.Default);
            Assert.Equal(RespReadStatus.Done, reader.Read(wire, out var consumed, out var value));
            Assert.Equal(wire.Length, consumed);
            Assert.Equal(bytes, value.Items[1].AsBytes());
        }
    }

    [Fact]
    public void A_part_of_an_array_is_written_and_nothing_beside_it() =>
        Assert.Equal("*2\r\n$4\r\nECHO\r\n$2\r\nbc\r\n", Write("ECHO", (ReadOnlyMemory<byte>)"abcd"u8.ToArray().AsMemory(1, 2)));

    [Fact]
    public void Memory_behind_which_there_is_no_array_is_written_too()
    {
        using var memory = new ForeignMemory("abcd"u8.ToArray());
        Assert.Equal("*2\r\n$4\r\nECHO\r\n$3\r\nbcd\r\n", Write("ECHO", (ReadOnlyMemory<byte>)memory.Memory[1..]));
    }

    [Fact]
    public void An_argument_that_is_nothing_is_an_empty_string() =>
        Assert.Equal("*3\r\n$4\r\nECHO\r\n$0\r\n\r\n$0\r\n\r\n", Write("ECHO", default, default(ReadOnlyMemory<byte>)));

    private static string Write(string name, params RedisArgument[] arguments)
    {
        var buffer = new byte[RespWriter.GetMaxByteCount(name, arguments)];
        var length = RespWriter.Write(buffer, name, arguments);
        return System.Text.Encoding.Latin1.GetString(buffer, 0, length);
    }

    private sealed class ForeignMemory(byte[] content) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => content;

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
