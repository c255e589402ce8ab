using System.Globalization;
using System.Net.Sockets;
using System.Text;

using RespClient;
using RespClient.Protocol;

namespace VerificationCodes.Tests.Bench;

internal sealed class TemporaryClient(string host, int port) : IRedisClient, IAsyncDisposable
{
    private readonly SemaphoreSlim _lock = new(1);
    private TcpClient? _tcp;
    private Stream _stream = Stream.Null;

    public async ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            try
            {
                if (_tcp is null)
                {
                    _tcp = new TcpClient();
                    await _tcp.ConnectAsync(host, port);
                    _stream = new BufferedStream(_tcp.GetStream(), 65536);
                }

                using var buffer = new MemoryStream();
                var all = new List<byte[]> { Encoding.UTF8.GetBytes(command.Name) };
                foreach (var a in command.Arguments)
                    all.Add(a.ToArray());
                buffer.Write(Encoding.ASCII.GetBytes($"*{all.Count}\r\n"));
                foreach (var a in all)
                {
                    buffer.Write(Encoding.ASCII.GetBytes($"${a.Length}\r\n"));
                    buffer.Write(a);
                    buffer.Write("\r\n"u8);
                }

                await _stream.WriteAsync(buffer.ToArray(), CancellationToken.None);
                await _stream.FlushAsync(CancellationToken.None);
                var reply = await ReadAsync();
                return reply.IsError ? throw new RedisServerException(reply.AsString()!) : reply;
            }
            catch (IOException e)
            {
                _tcp = null;
                throw new RedisConnectionException("lost", CommandOutcome.OutcomeUnknown, e);
            }
            catch (SocketException e)
            {
                _tcp = null;
                throw new RedisConnectionException("lost", CommandOutcome.NotSent, e);
            }
        }
        finally
        {
            _lock.Release();
        }
    }

    private async Task<string> LineAsync()
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            if (await _stream.ReadAsync(one) == 0)
                throw new IOException("closed");
            if (one[0] == '\n')
                return Encoding.UTF8.GetString(bytes.ToArray()[..^1]);
            bytes.Add(one[0]);
        }
    }

    private async Task<RespValue> ReadAsync()
    {
        var line = await LineAsync();
        var number = () => long.Parse(line[1..], CultureInfo.InvariantCulture);
        switch (line[0])
        {
            case '+': return RespValue.FromSimpleString(line[1..]);
            case '-': return RespValue.FromBytes(RespKind.SimpleError, Encoding.UTF8.GetBytes(line[1..]));
            case ':': return RespValue.FromInt64(number());
            case '$':
                if (number() < 0)
                    return RespValue.Null;
                var bytes = new byte[number() + 2];
                await _stream.ReadExactlyAsync(bytes);
                return RespValue.FromBytes(RespKind.BulkString, bytes[..^2]);
            default:
                if (number() < 0)
                    return RespValue.Null;
                var items = new RespValue[number()];
                for (var i = 0; i < items.Length; i++)
                    items[i] = await ReadAsync();
                return RespValue.FromItems(RespKind.Array, items);
        }
    }

    public ValueTask DisposeAsync()
    {
        _tcp?.Dispose();
        return ValueTask.CompletedTask;
    }
}
