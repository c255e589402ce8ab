using System.Net.Sockets;
using System.Text;

using TestServers;
using TestServers.Proxy;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Network;

/// <summary>The bad network must be bad in exactly the way a test asked for, or the fault tests prove nothing.</summary>
public sealed class FaultProxyTests
{
    private const string Ping = "*1\r\n$4\r\nECHO\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Cut_lets_exactly_the_named_number_of_bytes_through(int bytes)
    {
        await using var server = ScriptedServer.Answering(_ => "+EIGHT\r\n");
        await using var proxy = FaultProxy.Start(server.Port);
        proxy.CutAfter(bytes, Direction.ToClient);
        using var client = await ConnectAsync(proxy);
        await client.SendAsync(Encoding.ASCII.GetBytes(Ping));
        Assert.Equal("+EIGHT\r\n"[..bytes], await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Half_open_network_holds_replies_back_until_it_is_healed()
    {
        await using var server = ScriptedServer.Answering(_ => "+HI\r\n");
        await using var proxy = FaultProxy.Start(server.Port);
        using var client = await ConnectAsync(proxy);
        proxy.HalfOpen(Direction.ToClient);
        await client.SendAsync(Encoding.ASCII.GetBytes(Ping));
        await Eventually.TrueAsync(() => server.Asked.Any());
        var reply = new byte[16];
        var receiving = client.ReceiveAsync(reply);
        await Task.Delay(50);
        Assert.False(receiving.IsCompleted);
        proxy.Heal();
        Assert.Equal(5, await receiving.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Dropped_direction_loses_bytes_and_healing_resets_the_connection()
    {
        await using var server = ScriptedServer.Answering(_ => "+HI\r\n");
        await using var proxy = FaultProxy.Start(server.Port);
        using var client = await ConnectAsync(proxy);
        proxy.Drop(Direction.ToClient);
        await client.SendAsync(Encoding.ASCII.GetBytes(Ping));
        await Eventually.TrueAsync(() => server.Asked.Any());
        await Task.Delay(20);
        proxy.Heal();
        Assert.Equal("", await ReadToEndAsync(client));
    }

    [Fact]
    public async Task Trickled_reply_arrives_whole_but_in_many_reads()
    {
        await using var server = ScriptedServer.Answering(_ => "+ABCDEFGH\r\n");
        await using var proxy = FaultProxy.Start(server.Port);
        proxy.Trickle(1, TimeSpan.FromMilliseconds(2), Direction.ToClient);
        using var client = await ConnectAsync(proxy);
        await client.SendAsync(Encoding.ASCII.GetBytes(Ping));
        var buffer = new byte[64];
        var filled = 0;
        var reads = 0;
        while (filled < 11)
        {
            filled += await client.ReceiveAsync(buffer.AsMemory(filled)).AsTask().WaitAsync(TimeSpan.FromSeconds(5));
            reads++;
        }

        Assert.Equal("+ABCDEFGH\r\n", Encoding.ASCII.GetString(buffer, 0, filled));
        Assert.InRange(reads, 4, 11);
    }

    [Fact]
    public async Task Delay_keeps_the_order_of_what_was_sent()
    {
        var count = 0;
        await using var server = ScriptedServer.Answering(_ => $":{++count}\r\n");
        await using var proxy = FaultProxy.Start(server.Port);
        proxy.Delay(TimeSpan.FromMilliseconds(15));
        using var client = await ConnectAsync(proxy);
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(Ping));
        }

        var text = "";
        var buffer = new byte[64];
        while (text.Length < 20)
        {
            var length = await client.ReceiveAsync(buffer.AsMemory()).AsTask().WaitAsync(TimeSpan.FromSeconds(5));
            text += Encoding.ASCII.GetString(buffer, 0, length);
        }

        Assert.Equal(":1\r\n:2\r\n:3\r\n:4\r\n:5\r\n", text);
    }

    private static async Task<Socket> ConnectAsync(FaultProxy proxy)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", proxy.Port);
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = "";
        var buffer = new byte[64];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory()).AsTask().WaitAsync(TimeSpan.FromSeconds(5)) is > 0 and var length)
            {
                text += Encoding.ASCII.GetString(buffer, 0, length);
            }
        }
        catch (SocketException)
        {
            // A reset ends the stream as a close does.
        }

        return text;
    }
}
