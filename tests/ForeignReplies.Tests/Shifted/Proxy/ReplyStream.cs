using System.Collections.Concurrent;
using System.Text;

namespace ForeignReplies.Tests.Shifted.Proxy;

/// <summary>
/// The replies of one connection: gives each to the command it belongs to, leaves handshakes and pushes alone, and shifts
/// what the plan says.
/// </summary>
internal sealed class ReplyStream(ShiftPlan plan)
{
    // Belongs to a handshake, whatever its arguments are.
    private static readonly HashSet<string> Handshake = ["HELLO", "AUTH", "CLIENT", "SELECT", "INFO", "READONLY"];

    private readonly ConcurrentQueue<bool> _mayBeShifted = new();
    private readonly ByteBuffer _commands = new();
    private readonly ByteBuffer _replies = new();
    private byte[]? _held;
    private volatile bool _isSubscriber;

    /// <summary>Whether a reply is held back until the next one has gone.</summary>
    public bool Holds => _held is not null;

    /// <summary>Bytes on the way to the server. Called before they arrive there.</summary>
    public void NoteCommands(ReadOnlySpan<byte> bytes)
    {
        if (_isSubscriber)
        {
            return;
        }

        _commands.Append(bytes);
        while (RespFrames.LengthOf(_commands.Unread) is > 0 and var length)
        {
            Note(_commands.Unread[..length]);
            _commands.Advance(length);
        }
    }

    /// <summary>Bytes from the server: what of them, or else, goes on to the client.</summary>
    public void PassReplies(ReadOnlySpan<byte> bytes, MemoryStream output)
    {
        _replies.Append(bytes);
        if (_isSubscriber)
        {
            output.Write(_replies.Unread);
            _replies.Advance(_replies.Unread.Length);
            return;
        }

        while (RespFrames.LengthOf(_replies.Unread) is > 0 and var length)
        {
            Pass(_replies.Unread[..length], output);
            _replies.Advance(length);
        }
    }

    /// <summary>No other reply came to be swapped with the one that is held.</summary>
    public void LetGo(MemoryStream output)
    {
        output.Write(_held);
        _held = null;
    }

    private void Note(ReadOnlySpan<byte> command)
    {
        var strings = RespFrames.StringsOf(command);
        var name = Encoding.ASCII.GetString(command[strings[0]]).ToUpperInvariant();
        if (name.EndsWith("SUBSCRIBE", StringComparison.Ordinal))
        {
            // Its replies are pushes, or look like them.
            _isSubscriber = true;
            return;
        }

        _mayBeShifted.Enqueue(!Handshake.Contains(name) && (name != "PING" || strings.Count > 1));
    }

    private void Pass(ReadOnlySpan<byte> reply, MemoryStream output)
    {
        if (reply[0] == (byte)'>')
        {
            output.Write(reply);
            return;
        }

        if (!_mayBeShifted.TryDequeue(out var mayBeShifted))
        {
            throw new InvalidDataException("A reply came that nobody has asked for.");
        }

        if (_held is not null)
        {
            // Swapped.
            output.Write(reply);
            LetGo(output);
            plan.Done(ShiftKind.Swap);
            return;
        }

        var kind = mayBeShifted ? plan.Next() : null;
        if (kind is null)
        {
            output.Write(reply);
        }
        else
        {
            Shift(kind.Value, reply, output);
        }
    }

    private void Shift(ShiftKind kind, ReadOnlySpan<byte> reply, MemoryStream output)
    {
        switch (kind)
        {
            case ShiftKind.Swap:
                _held = reply.ToArray();
                return;
            case ShiftKind.Repeat:
                output.Write(reply);
                output.Write(reply);
                break;
            case ShiftKind.Empty:
                output.Write(EmptyInPlaceOf(reply));
                break;
        }

        plan.Done(kind);
    }

    // Both are understood in either version of the protocol.
    private ReadOnlySpan<byte> EmptyInPlaceOf(ReadOnlySpan<byte> reply) => reply[0] switch
    {
        (byte)'*' when plan.Either() => "*0\r\n"u8,
        (byte)'%' when plan.Either() => "%0\r\n"u8,
        (byte)'~' when plan.Either() => "~0\r\n"u8,
        _ => "$-1\r\n"u8,
    };
}
