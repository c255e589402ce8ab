using System.Text;

using RespClient.Protocol;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Replies;

/// <summary>Replies of many commands, pushes between them, replies nobody asked for, and very long ones.</summary>
public sealed class ReplyOrderTests
{
    [Fact]
    public async Task Many_replies_and_a_part_of_one_in_a_read_reach_their_own_callers_in_every_cut()
    {
        // Three commands are answered in two writes, cut at each place of the whole.
        const string Answers = "$3\r\none\r\n>2\r\n+note\r\n:1\r\n:2\r\n*2\r\n+three\r\n$-1\r\n";
        var cut = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is not null
                && await connection.NextAsync() is not null
                && await connection.NextAsync() is not null)
            {
                await connection.SendAsync(Answers, Delivery.SplitAt(cut));
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        for (cut = 1; cut < Answers.Length; cut++)
        {
            var one = client.ExecuteAsync(new RedisCommand("GET", "1"));
            var two = client.ExecuteAsync(new RedisCommand("GET", "2"));
            var three = client.ExecuteAsync(new RedisCommand("GET", "3"));
            Assert.Equal("one", (await one).AsString());
            Assert.Equal(2, (await two).AsInt64());
            Assert.Equal("three", (await three).Items[0].AsString());
        }
    }

    [Fact]
    public async Task Error_in_the_middle_of_a_pipeline_goes_to_its_own_caller_alone()
    {
        var count = 0;
        await using var server = ScriptedServer.Answering(_ => ++count % 3 == 0 ? "-ERR every third\r\n" : $":{count}\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var replies = Enumerable.Range(1, 300).Select(_ => client.ExecuteAsync(new RedisCommand("GET", "k")).AsTask()).ToArray();
        for (var number = 1; number <= replies.Length; number++)
        {
            if (number % 3 == 0)
            {
                var refused = await Assert.ThrowsAsync<RedisServerException>(() => replies[number - 1]);
                Assert.Equal("ERR every third", refused.Message);
            }
            else
            {
                Assert.Equal(number, (await replies[number - 1]).AsInt64());
            }
        }
    }

    [Fact]
    public async Task Reply_that_nobody_asked_for_ends_the_connection_and_never_reaches_a_caller()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync($"+{command[0]}\r\n");
                if (connection.Number == 1)
                {
                    await connection.SendAsync("+stray\r\n");
                    await connection.HoldAsync();
                    return;
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        Assert.Equal("first", (await client.ExecuteAsync(new RedisCommand("GET", "first"))).AsString());
        await Eventually.TrueAsync(() => server.Connections == 2 && client.IsConnected);
        Assert.Equal("second", (await client.ExecuteAsync(new RedisCommand("GET", "second"))).AsString());
    }

    [Fact]
    public async Task Keys_and_values_of_every_byte_go_there_and_back_unchanged()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                var value = command.Arguments[0];
                await connection.SendAsync((byte[])[.. Encoding.ASCII.GetBytes($"${value.Length}\r\n"), .. value, .. "\r\n"u8]);
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        byte[] every = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        Assert.Equal(every, (await client.ExecuteAsync(new RedisCommand("GET", every))).AsBytes());
        foreach (var text in new[] { "with space", "with\r\nCRLF", "$5\r\nhello\r\n", "€ü日🎉", "" })
        {
            Assert.Equal(text, (await client.ExecuteAsync(new RedisCommand("GET", text))).AsString());
        }
    }

    [Fact]
    public async Task Value_of_sixty_four_mebibytes_arrives_whole_and_is_not_scanned_again_at_each_read()
    {
        const int Size = 64 << 20;
        var value = new byte[Size];
        new Random(1).NextBytes(value);
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is not null)
            {
                await connection.SendAsync($"${Size}\r\n");
                await connection.SendAsync(value);
                await connection.SendAsync("\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var started = System.Diagnostics.Stopwatch.StartNew();
        var read = await client.ExecuteAsync(new RedisCommand("GET", "large") { Timeout = TimeSpan.FromSeconds(30) });
        Assert.True(value.AsSpan().SequenceEqual(read.AsBytes()));

        // Scanning again at each 64 KiB would be 32 GiB of looks: tens of seconds.
        Assert.True(started.Elapsed < TimeSpan.FromSeconds(5), $"64 MiB took {started.Elapsed}.");
    }

    [Theory]
    [InlineData("$134217000\r\n")]
    [InlineData("*1048576\r\n")]
    [InlineData("%500000\r\n")]
    [InlineData("*8\r\n*100000\r\n")]
    public void Claimed_length_allocates_nothing_before_its_bytes_arrive(string claim)
    {
        var reader = new RespReader(RespLimits.Default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(RespReadStatus.NeedMore, reader.Read(Encoding.ASCII.GetBytes(claim), out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
    }
}
