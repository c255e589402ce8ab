using RespClient.Protocol;
using RespClient.Values;

namespace RespClient.Tests.Protocol;

public sealed class RespReaderTests
{
    [Theory]
    [MemberData(nameof(WireSamples.Valid), MemberType = typeof(WireSamples))]
    public void ASampleReadWholeGivesItsReplies(string name, string wire, string[] replies)
    {
        var bytes = WireText.ToBytes(wire);
        Assert.True(replies.SequenceEqual(WireText.ReadAll(bytes, [bytes.Length])), name);
    }

    [Theory]
    [MemberData(nameof(WireSamples.Valid), MemberType = typeof(WireSamples))]
    public void ASampleCutAtAnyBorderGivesTheSameReplies(string name, string wire, string[] replies)
    {
        var bytes = WireText.ToBytes(wire);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var read = WireText.ReadAll(bytes, [cut, bytes.Length - cut]);
            Assert.True(replies.SequenceEqual(read), $"{name} cut at {cut}: {string.Join(", ", read)}");
        }
    }

    [Theory]
    [MemberData(nameof(WireSamples.Valid), MemberType = typeof(WireSamples))]
    public void ASampleReadByteByByteGivesTheSameReplies(string name, string wire, string[] replies)
    {
        var bytes = WireText.ToBytes(wire);
        Assert.True(replies.SequenceEqual(WireText.ReadAll(bytes, Enumerable.Repeat(1, bytes.Length))), name);
    }

    [Theory]
    [MemberData(nameof(WireSamples.Malformed), MemberType = typeof(WireSamples))]
    public void BytesThatAreNotRespAreMalformedHoweverTheyArrive(string name, string wire)
    {
        var bytes = WireText.ToBytes(wire);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.True(WireText.ReadAll(bytes, [cut, bytes.Length - cut]) is [.., "malformed"], $"{name} cut at {cut}");
        }

        Assert.True(WireText.ReadAll(bytes, Enumerable.Repeat(1, bytes.Length)) is [.., "malformed"], name);
    }

    [Fact]
    public void AMalformedReplyStaysMalformedAndNamesItsFault()
    {
        var reader = new RespReader(RespLimits.Default);
        Assert.Equal(RespReadStatus.Malformed, reader.Read("$-5\r\n"u8, out _, out _));
        Assert.Equal(RespReadStatus.Malformed, reader.Read("+OK\r\n"u8, out _, out _));
        Assert.Contains("length", reader.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoHundredThousandNestedArraysAreMalformedAndNoStackOverflow()
    {
        var bomb = WireText.ToBytes(string.Concat(Enumerable.Repeat("*1\r\n", 200_000)));
        Assert.Equal(["malformed"], WireText.ReadAll(bomb, [bomb.Length]));
        var deep = RespLimits.Default with { MaxDepth = 1_000 };
        Assert.Equal(["malformed"], WireText.ReadAll(bomb, [bomb.Length], deep));
    }

    [Theory]
    [InlineData("$65\r\n01234567890123456789012345678901234567890123456789012345678901234\r\n")]
    [InlineData("$?\r\n;60\r\n012345678901234567890123456789012345678901234567890123456789\r\n;5\r\n01234\r\n;0\r\n")]
    [InlineData("*2\r\n$65\r\n01234567890123456789012345678901234567890123456789012345678901234\r\n:1\r\n")]
    public void AStringBeyondTheLimitIsPassedOverAndTheNextReplyIsRead(string wire)
    {
        var limits = RespLimits.Default with { MaxBulkBytes = 64 };
        AssertPassedOver(wire, limits);
    }

    [Fact]
    public void AReplyBeyondTheFrameLimitIsPassedOverAlthoughEachPartIsSmall()
    {
        var limits = RespLimits.Default with { MaxFrameBytes = 64 };
        AssertPassedOver("*4\r\n" + string.Concat(Enumerable.Repeat("$20\r\n01234567890123456789\r\n", 4)), limits);
        AssertPassedOver("*20\r\n" + string.Concat(Enumerable.Repeat(":123\r\n", 20)), limits);
        AssertPassedOver("+" + new string('x', 100) + "\r\n", limits);
    }

    [Fact]
    public void MoreElementsThanAllowedOverAllLevelsArePassedOver()
    {
        var limits = RespLimits.Default with { MaxElements = 5 };
        AssertPassedOver("*2\r\n*3\r\n:1\r\n:2\r\n:3\r\n*1\r\n:4\r\n", limits);
        AssertPassedOver("*6\r\n:1\r\n$-1\r\n*-1\r\n_\r\n%1\r\n+a\r\n$1\r\na\r\n*0\r\n", limits);
        AssertPassedOver("*?\r\n:1\r\n:2\r\n:3\r\n|1\r\n+k\r\n+v\r\n:4\r\n~?\r\n:5\r\n.\r\n.\r\n", limits);
    }

    [Theory]
    [InlineData("$1073741824\r\n")]
    [InlineData("*2147483647\r\n")]
    [InlineData(">6\r\n")]
    [InlineData(">1\r\n$65\r\n")]
    public void APushBeyondALimitAndALengthThatWillNeverComeAreMalformedAtTheirHeader(string wire)
    {
        var limits = RespLimits.Default with { MaxElements = 5, MaxBulkBytes = 64 };
        Assert.Equal(["malformed"], WireText.ReadAll(WireText.ToBytes(wire), [wire.Length], limits));
    }

    [Theory]
    [InlineData("$134217728\r\n")]
    [InlineData("*1048576\r\n")]
    [InlineData("%524288\r\n")]
    public void AClaimedLengthAllocatesNothingBeforeItsBytesArrive(string header)
    {
        var reader = new RespReader(RespLimits.Default);
        var bytes = WireText.ToBytes(header);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var status = reader.Read(bytes, out _, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(RespReadStatus.NeedMore, status);
        Assert.InRange(allocated, 0, 16 * 1024);
    }

    [Fact]
    public void AValueOf64MebibytesInSmallPiecesTakesTimeInProportion()
    {
        var reader = new RespReader(RespLimits.Default);
        const int Length = 64 << 20;
        reader.Read(WireText.ToBytes($"${Length}\r\n"), out _, out _);
        var piece = new byte[1024];
        Array.Fill(piece, (byte)'x');
        for (var sent = 0; sent < Length; sent += piece.Length)
        {
            Assert.Equal(RespReadStatus.NeedMore, reader.Read(piece, out _, out _));
        }

        Assert.Equal(RespReadStatus.Done, reader.Read("\r\n"u8, out _, out var value));
        Assert.Equal(Length, value.Bytes.Length);
        Assert.True(value.Bytes.Span.IndexOfAnyExcept((byte)'x') < 0);
    }

    [Fact]
    public void ALineThatNeverEndsIsMalformedAtItsLimit()
    {
        var endless = new byte[LineBytes.MaxLength + 1];
        Array.Fill(endless, (byte)'+');
        Assert.Equal(["malformed"], WireText.ReadAll(endless, [endless.Length]));
    }

    private static void AssertPassedOver(string wire, RespLimits limits)
    {
        var bytes = WireText.ToBytes(wire + "+next\r\n");
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(["too large", "+next"], WireText.ReadAll(bytes, [cut, bytes.Length - cut], limits));
        }

        Assert.Equal(["too large", "+next"], WireText.ReadAll(bytes, Enumerable.Repeat(1, bytes.Length), limits));
    }
}
