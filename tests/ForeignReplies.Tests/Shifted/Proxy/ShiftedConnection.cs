using System.Net.Sockets;

namespace ForeignReplies.Tests.Shifted.Proxy;

/// <summary>One connection through the proxy.</summary>
internal sealed class ShiftedConnection(Socket client, Socket server, ShiftPlan plan)
{
    // How long a reply waits for the one that it is to be swapped with.
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(20);

    private readonly ReplyStream _replies = new(plan);

    /// <summary>Ends when either side does.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        client.NoDelay = true;
        server.NoDelay = true;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] pumps = [PassCommandsAsync(either.Token), PassRepliesAsync(either.Token)];
        await Task.WhenAny(pumps);
        await either.CancelAsync();
        await Task.WhenAll(pumps);
    }

    private async Task PassCommandsAsync(CancellationToken stopping)
    {
        var buffer = new byte[64 * 1024];
        while (await client.ReceiveAsync(buffer, stopping) is > 0 and var length)
        {
            _replies.NoteCommands(buffer.AsSpan(0, length));
            await SendAllAsync(server, buffer.AsMemory(0, length), stopping);
        }
    }

    private async Task PassRepliesAsync(CancellationToken stopping)
    {
        var buffer = new byte[64 * 1024];
        var output = new MemoryStream();
        while (true)
        {
            var receiving = server.ReceiveAsync(buffer, stopping).AsTask();
            if (_replies.Holds && await Task.WhenAny(receiving, Task.Delay(LongestHold, stopping)) != receiving)
            {
                _replies.LetGo(output);
                await SendAsync(output, stopping);
            }

            if (await receiving is not (> 0 and var length))
            {
                return;
            }

            _replies.PassReplies(buffer.AsSpan(0, length), output);
            await SendAsync(output, stopping);
        }
    }

    private async Task SendAsync(MemoryStream output, CancellationToken stopping)
    {
        await SendAllAsync(client, output.GetBuffer().AsMemory(0, (int)output.Length), stopping);
        output.SetLength(0);
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes, stopping)..];
        }
    }
}
