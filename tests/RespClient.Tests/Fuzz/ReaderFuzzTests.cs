using System.Diagnostics;

using RespClient.Protocol;
using RespClient.Tests.Protocol;

namespace RespClient.Tests.Fuzz;

/// <summary>
/// Hostile bytes end in a value, "need more" or a protocol error: never another exception, a hang, or memory that the
/// bytes do not account for. 100,000 inputs; 10 million with <c>LONG_RUN=1</c>.
/// </summary>
public sealed class ReaderFuzzTests
{
    private const int Seeds = 20;

    // An element of the smallest kind takes three bytes on the wire and 24 here, and arrays start with 16 of them.
    private const int BytesPerByte = 256;
    private const int BytesPerInput = 64 * 1024;

    private static readonly int InputsPerSeed = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 500_000 : 5_000;

    public static TheoryData<int> EverySeed => [.. Enumerable.Range(1, Seeds)];

    [Theory]
    [MemberData(nameof(EverySeed))]
    public void Mutated_replies_end_in_a_value_need_more_or_a_protocol_error_however_they_are_cut(int seed)
    {
        var mutator = new ReplyMutator(seed);
        for (var number = 0; number < InputsPerSeed; number++)
        {
            var input = mutator.Next();
            var pieces = mutator.Pieces(input.Length);
            try
            {
                Assert.Equal(WireText.ReadAll(input, [input.Length]), WireText.ReadAll(input, pieces));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, input {number}: {Convert.ToBase64String(input)}", e);
            }
        }
    }

    [Fact]
    public void Mutated_replies_never_take_more_memory_or_time_than_their_bytes_account_for()
    {
        var mutator = new ReplyMutator(seed: 4711);
        var longest = TimeSpan.Zero;
        for (var number = 0; number < InputsPerSeed; number++)
        {
            var input = mutator.Next();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            Drain(input);
            longest = longest > Stopwatch.GetElapsedTime(started) ? longest : Stopwatch.GetElapsedTime(started);
            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(
                taken <= BytesPerInput + (BytesPerByte * input.Length),
                $"Input {number} of {input.Length} bytes took {taken}: {Convert.ToBase64String(input)}");
        }

        Assert.True(longest < TimeSpan.FromSeconds(1), $"One input took {longest}.");
    }

    [Fact]
    public void Recorded_replies_of_a_real_server_are_read_to_their_last_byte()
    {
        Assert.True(RecordedReplies.All.Count > 150);
        Assert.All(RecordedReplies.All, reply =>
        {
            var read = WireText.ReadAll(reply, Enumerable.Repeat(1, reply.Length));
            Assert.NotEmpty(read);
            Assert.False(read[^1] is "malformed" or "more");
        });
    }

    private static void Drain(ReadOnlySpan<byte> input)
    {
        var reader = new RespReader(RespLimits.Default);
        while (reader.Read(input, out var consumed, out _) == RespReadStatus.Done)
        {
            Assert.True(consumed > 0, "A reply without bytes would be read for ever.");
            input = input[consumed..];
        }
    }
}
