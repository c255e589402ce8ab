using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TestServers.Scripted;

/// <summary>
/// One client's connection to a scripted server: the script receives commands and sends bytes, well-formed or not.
/// When the script ends, the connection is closed.
/// </summary>
public sealed class ScriptedConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly ScriptedServer _server;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private ReceivedCommand? _ahead;
    private int _start;
    private int _end;

    internal ScriptedConnection(Socket socket, ScriptedServer server, int number)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _server = server;
        Number = number;
    }

    /// <summary>1 for the first connection the server accepted.</summary>
    public int Number { get; }

    /// <summary>The protocol the client asked for with HELLO; 2 before that.</summary>
    public int Protocol { get; private set; } = 2;

    /// <summary>The next command whatever it is; <see langword="null"/> when the client has closed.</summary>
    public async Task<ReceivedCommand?> ReceiveAsync()
    {
        if (await ReadLineAsync() is not { } header)
        {
            return null;
        }

        var words = new List<byte[]>();
        var count = Length(header, '*');
        while (words.Count < count)
        {
            if (await ReadLineAsync() is not { } length || await ReadBytesAsync(Length(length, '$') + 2) is not { } word)
            {
                return null;
            }

            words.Add(word[..^2]);
        }

        var command = new ReceivedCommand(words);
        _server.Record(command);
        return command;
    }

    /// <summary>
    /// The next command that a caller of the client asked for; what clients send on their own, an empty transaction
    /// included, is answered as a healthy server does. <see langword="null"/> when the client has closed.
    /// </summary>
    public async Task<ReceivedCommand?> NextAsync()
    {
        while ((_ahead ?? await ReceiveAsync()) is { } command)
        {
            _ahead = null;
            if (command.Name == "MULTI")
            {
                _ahead = await ReceiveAsync();
                if (_ahead?.Name != "EXEC")
                {
                    return command;
                }

                _ahead = null;
                await SendAsync("+OK\r\n*0\r\n");
            }
            else if (command.IsHousekeeping)
            {
                await SendAsync(HealthyAnswer(command));
            }
            else
            {
                return command;
            }
        }

        return null;
    }

    /// <summary>Sends text as UTF-8.</summary>
    public Task SendAsync(string reply, Delivery delivery = default) => SendAsync(Encoding.UTF8.GetBytes(reply), delivery);

    /// <summary>Sends bytes, cut as <paramref name="delivery"/> says.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> reply, Delivery delivery = default)
    {
        foreach (var piece in delivery.Pieces(reply))
        {
            if (piece.Length < reply.Length)
            {
                // Gives the client the time to read what came so far: otherwise the pieces arrive as one.
                await Task.Yield();
            }

            for (var sent = 0; sent < piece.Length;)
            {
                sent += await _socket.SendAsync(piece[sent..], _server.Stopping);
            }
        }
    }

    /// <summary>Answers what clients send on their own, and nothing else, until the client closes.</summary>
    public async Task HoldAsync()
    {
        while (await NextAsync() is not null)
        {
        }
    }

    /// <summary>Keeps the connection open and neither reads nor writes until the server is disposed.</summary>
    public Task StareAsync() => Task.Delay(System.Threading.Timeout.InfiniteTimeSpan, _server.Stopping);

    /// <summary>Ends the connection with a reset, as a crashed host or a firewall does.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>What a healthy server says to HELLO, AUTH, CLIENT, SELECT and PING.</summary>
    public string HealthyAnswer(ReceivedCommand command)
    {
        switch (command.Name)
        {
            case "HELLO":
                Protocol = int.Parse(command[0], CultureInfo.InvariantCulture);
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(Protocol == 3 ? "%7" : "*14")}\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:{Protocol}\r\n$2\r\nid\r\n:{Number}\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n");
            case "PING":
                return command.Arguments.Count == 0 ? "+PONG\r\n" : $"${command[0].Length}\r\n{command[0]}\r\n";
            case "CLIENT" when command[0].Equals("ID", StringComparison.OrdinalIgnoreCase):
                return string.Create(CultureInfo.InvariantCulture, $":{Number}\r\n");
            default:
                return "+OK\r\n";
        }
    }

    private static int Length(string line, char prefix) =>
        line[0] == prefix && int.TryParse(line.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new InvalidDataException($"The client sent '{line}' where '{prefix}' and a length belong.");

    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            for (; _start < _end; _start++)
            {
                if (_buffer[_start] == '\n')
                {
                    _start++;
                    return line.ToString(0, line.Length - 1);
                }

                line.Append((char)_buffer[_start]);
            }

            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    private async Task<byte[]?> ReadBytesAsync(int count)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            if (_start == _end && !await FillAsync())
            {
                return null;
            }

            var take = Math.Min(count - filled, _end - _start);
            _buffer.AsSpan(_start, take).CopyTo(bytes.AsSpan(filled));
            _start += take;
            filled += take;
        }

        return bytes;
    }

    private async Task<bool> FillAsync()
    {
        _start = 0;
        _end = 0;
        try
        {
            _end = await _socket.ReceiveAsync(_buffer, _server.Stopping);
        }
        catch (SocketException)
        {
            // A reset by the client is an end as well.
        }

        return _end > 0;
    }
}
