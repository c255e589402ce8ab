using RespClient.Protocol;
using RespClient.Values;

namespace RespClient.Tests.Protocol;

public sealed class RespReaderTests
{
    [Theory]
    [MemberData(nameof(WireSamples.Valid), MemberType = typeof(WireSamples))]
    public void A_sample_read_whole_gives_its_replies(string name, string wire, string[] replies)
    {
        var bytes = WireText.ToBytes(wire);
        Assert.True(replies.SequenceEqual(WireText.ReadAll(bytes, [bytes.Length])), name);
    }

    [Theory]
    [MemberData(nameof(WireSamples.Valid), MemberType = typeof(WireSamples))]
    public void A_sample_cut_at_any_border_gives_the_same_replies(string name, string wire, string[] replies)
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
    public void A_sample_read_byte_by_byte_gives_the_same_replies(string name, string wire, string[] replies)
    {
        var bytes = WireText.ToBytes(wire);
        Assert.True(replies.SequenceEqual(WireText.ReadAll(bytes, Enumerable.Repeat(1, bytes.Length))), name);
    }

    [Theory]
    [MemberData(nameof(WireSamples.Malformed), MemberType = typeof(WireSamples))]
    public void Bytes_that_are_not_resp_are_malformed_however_they_arrive(string name, string wire)
    {
        var bytes = WireText.ToBytes(wire);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.True(WireText.ReadAll(bytes, [cut, bytes.Length - cut]) is [.., "malformed"], $"{name} cut at {cut}");
        }

        Assert.True(WireText.ReadAll(bytes, Enumerable.Repeat(1, bytes.Length)) is [.., "malformed"], name);
    }

    [Fact]
    public void A_malformed_reply_stays_malformed_and_names_its_fault()
    {
        var reader = new RespReader(RespLimits.Default);
        Assert.Equal(RespReadStatus.Malformed, reader.Read("$-5\r\n"u8, out _, out _));
        Assert.Equal(RespReadStatus.Malformed, reader.Read("+OK\r\n"u8, out _, out _));
        Assert.Contains("length", reader.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_hundred_thousand_nested_arrays_are_malformed_and_no_stack_overflow()
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
    public void A_string_beyond_the_limit_is_passed_over_and_the_next_reply_is_read(string wire)
    {
        var limits = RespLimits.Default with { MaxBulkBytes = 64 };
        AssertPassedOver(wire, limits);
    }

    [Fact]
    public void A_reply_beyond_the_frame_limit_is_passed_over_although_each_part_is_small()
    {
        var limits = RespLimits.Default with { MaxFrameBytes = 64 };
        AssertPassedOver("*4\r\n" + string.Concat(Enumerable.Repeat("$20\r\n01234567890123456789\r\n", 4)), limits);
        AssertPassedOver("*20\r\n" + string.Concat(Enumerable.Repeat(":123\r\n", 20)), limits);
        AssertPassedOver("+" + new string('x', 100) + "\r\n", limits);
    }

    [Fact]
    public void More_elements_than_allowed_over_all_levels_are_passed_over()
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
    public void A_push_beyond_a_limit_and_a_length_that_will_never_come_are_malformed_at_their_header(string wire)
    {
        var limits = RespLimits.Default with { MaxElements = 5, MaxBulkBytes = 64 };
        Assert.Equal(["malformed"], WireText.ReadAll(WireText.ToBytes(wire), [wire.Length], limits));
    }

    [Theory]
    [InlineData("$134217728\r\n")]
    [InlineData("*1048576\r\n")]
    [InlineData("%524288\r\n")]
    public void A_claimed_length_allocates_nothing_before_its_bytes_arrive(string header)
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
    public void A_value_of64_mebibytes_in_small_pieces_takes_time_in_proportion()
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
    public void A_line_that_never_ends_is_malformed_at_its_limit()
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
