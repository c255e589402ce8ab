using System.Buffers;

using RespClient.Protocol;

namespace RespClient.Tests.Protocol;

public sealed class RespWriterTests
{
    [Fact]
    public void ACommandIsAnArrayOfBulkStringsWithByteLengths() =>
        Assert.Equal("*3\r\n$3\r\nSET\r\n$3\r\nk\u00c3\u00a9\r\n$2\r\nab\r\n", Write("SET", "ké", "ab"u8.ToArray()));

    [Fact]
    public void AValueWithSpacesAndLineEndsStaysOneArgument() =>
        Assert.Equal("*2\r\n$4\r\nECHO\r\n$15\r\na b\r\nFLUSHALL\r\n\r\n", Write("ECHO", "a b\r\nFLUSHALL\r\n"));

    [Fact]
    public void AnEmptyArgumentIsWrittenAsAnEmptyString() =>
        Assert.Equal("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", Write("ECHO", ""));

    [Theory]
    [InlineData(0L, "$1\r\n0\r\n")]
    [InlineData(long.MinValue, "$20\r\n-9223372036854775808\r\n")]
    [InlineData(long.MaxValue, "$19\r\n9223372036854775807\r\n")]
    public void AnIntegerIsWrittenAsItsDigits(long number, string expected) =>
        Assert.Equal("*2\r\n$4\r\nINCR\r\n" + expected, Write("INCR", number));

    [Theory]
    [InlineData(1.5, "$3\r\n1.5\r\n")]
    [InlineData(double.PositiveInfinity, "$4\r\n+inf\r\n")]
    [InlineData(double.NegativeInfinity, "$4\r\n-inf\r\n")]
    [InlineData(-1.7976931348623157E+308, "$24\r\n-1.7976931348623157E+308\r\n")]
    public void ADoubleIsWrittenWithAllItsDigits(double number, string expected) =>
        Assert.Equal("*2\r\n$4\r\nINCR\r\n" + expected, Write("INCR", number));

    [Fact]
    public void ArgumentsOfEveryLengthAreReadBackAsTheyWere()
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
    public void APartOfAnArrayIsWrittenAndNothingBesideIt() =>
        Assert.Equal("*2\r\n$4\r\nECHO\r\n$2\r\nbc\r\n", Write("ECHO", (ReadOnlyMemory<byte>)"abcd"u8.ToArray().AsMemory(1, 2)));

    [Fact]
    public void MemoryBehindWhichThereIsNoArrayIsWrittenToo()
    {
        using var memory = new ForeignMemory("abcd"u8.ToArray());
        Assert.Equal("*2\r\n$4\r\nECHO\r\n$3\r\nbcd\r\n", Write("ECHO", (ReadOnlyMemory<byte>)memory.Memory[1..]));
    }

    [Fact]
    public void AnArgumentThatIsNothingIsAnEmptyString() =>
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
