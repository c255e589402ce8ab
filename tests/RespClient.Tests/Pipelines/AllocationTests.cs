using System.Buffers;
using System.Text;

using RespClient.Commands;
using RespClient.Tests.Connections;

namespace RespClient.Tests.Pipelines;

[Collection(nameof(AloneOnTheMachine))]
public sealed class AllocationTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    private const int Operations = 20_000;
    private readonly string _key = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task A_read_into_the_callers_buffer_allocates_nothing_in_a_steady_state(int callers)
    {
        await using var client = await fixture.ConnectAsync();
        await client.SetAsync(_key, new byte[64]);
        RedisArgument key = Encoding.UTF8.GetBytes(_key);
        await RunAsync(client, key, callers, Operations);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(client, key, callers, Operations);
        var perOperation = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Operations;

        // The test's own tasks and buffers are a few bytes an operation; one object an operation would be 24 or more.
        Assert.InRange(perOperation, 0, 6);
    }

    [Fact]
    public async Task A_value_is_appended_to_the_callers_writer()
    {
        await using var client = await fixture.ConnectAsync();
        var value = Encoding.UTF8.GetBytes(new string('x', 200_000));
        await client.SetAsync(_key, value);
        var writer = new ArrayBufferWriter<byte>();
        Assert.Equal(value.Length, await client.GetAsync(_key, writer));
        Assert.Equal(-1, await client.GetAsync(_key + "missing", writer));
        Assert.Equal(value, writer.WrittenSpan.ToArray());
    }

    [Fact]
    public async Task A_buffer_that_is_too_small_is_told_and_the_connection_goes_on()
    {
        await using var client = await fixture.ConnectAsync();
        await client.SetAsync(_key, "12345");
        var error = await Assert.ThrowsAsync<RedisReplyTypeException>(async () => await client.GetAsync(_key, new byte[4].AsMemory()));
        Assert.Contains("5 bytes", error.Message, StringComparison.Ordinal);
        var buffer = new byte[5];
        Assert.Equal(5, await client.GetAsync(_key, buffer.AsMemory()));
        Assert.Equal("12345", Encoding.UTF8.GetString(buffer));
    }

    [Fact]
    public async Task A_writer_that_throws_fails_its_own_caller_alone()
    {
        await using var client = await fixture.ConnectAsync();
        await client.SetAsync(_key, "12345");
        await Assert.ThrowsAsync<NotSupportedException>(async () => await client.GetAsync(_key, new ThrowingWriter()));
        Assert.Equal("12345", await client.GetStringAsync(_key));
    }

    [Fact]
    public async Task Any_command_with_a_string_reply_can_fill_a_buffer()
    {
        await using var client = await fixture.ConnectAsync();
        var buffer = new byte[16];
        Assert.Equal(2, await client.ExecuteIntoAsync(buffer.AsMemory(), "SET", [_key, 41]));
        Assert.Equal(2, await client.ExecuteIntoAsync(buffer.AsMemory(), "INCR", [_key]));
        Assert.Equal("42"u8.ToArray(), buffer[..2]);
        await Assert.ThrowsAsync<RedisServerException>(async () => await client.ExecuteIntoAsync(buffer.AsMemory(), "LPUSH", [_key, 1]));
        await Assert.ThrowsAsync<RedisReplyTypeException>(async () => await client.ExecuteIntoAsync(buffer.AsMemory(), "TIME", []));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.ExecuteIntoAsync(buffer.AsMemory(), "BLPOP", [_key, 0]));
    }

    private static Task RunAsync(RedisClient client, RedisArgument key, int callers, int operations) =>
        Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            var buffer = new byte[64];
            for (var done = 0; done < operations / callers; done++)
            {
                // No Assert: it allocates.
                if (await client.GetAsync(key, buffer.AsMemory()) != 64)
                {
                    throw new InvalidOperationException("another length");
                }
            }
        }));

    private sealed class ThrowingWriter : IBufferWriter<byte>
    {
        public void Advance(int count) => throw new NotSupportedException();

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();
    }
}

/// <summary>Tests that count what the whole process does run while no other test does.</summary>
[CollectionDefinition(nameof(AloneOnTheMachine), DisableParallelization = true)]
public sealed class AloneOnTheMachine;
