using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

using Google.Protobuf;

namespace VerificationCodes.Grpc;

/// <summary>The statuses of gRPC that occur here (grpc.io, "Status codes and their use in gRPC").</summary>
internal enum GrpcStatus
{
    Ok = 0,
    Cancelled = 1,
    DeadlineExceeded = 4,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>A call that ends with another status than OK.</summary>
internal sealed class GrpcException(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status { get; } = status;
}

/// <summary>
/// One message of a unary call on the wire: a byte that says whether it is compressed, its length in four bytes, the
/// message (gRPC over HTTP/2, "Length-Prefixed-Message").
/// </summary>
internal static class GrpcFrame
{
    public const string ContentType = "application/grpc";
    public const string SecretHeader = "verification-secret";

    private const int PrefixLength = 5;

    public static byte[] Write(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[PrefixLength + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(PrefixLength));
        return frame;
    }

    /// <summary>Reads the one message of a request or an answer.</summary>
    /// <exception cref="GrpcException">It is compressed, too long, incomplete, not alone, or no such message.</exception>
    public static async ValueTask<T> ReadAsync<T>(PipeReader reader, MessageParser<T> parser, int maxBytes, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (TryFindLength(buffer, maxBytes, out var length) && buffer.Length > PrefixLength + length)
                throw new GrpcException(GrpcStatus.Internal, "More than one message in a unary call.");
            if (result.IsCompleted)
            {
                if (length < 0 || buffer.Length < PrefixLength + length)
                    throw new GrpcException(GrpcStatus.Internal, "The message is incomplete.");
                return Parse(parser, buffer.Slice(PrefixLength, length));
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Reads a deadline: at most eight digits and a unit (H, M, S, m, u, n).</summary>
    public static bool TryParseTimeout(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
            return false;
        long ticks = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => -1,
        };
        if (ticks < 0)
            return false;
        timeout = ticks == 0 ? TimeSpan.FromTicks(amount / TimeSpan.NanosecondsPerTick) : TimeSpan.FromTicks(amount * ticks);
        return true;
    }

    /// <summary>A status message as a header: printable ASCII as it is, the rest percent-encoded.</summary>
    public static string EncodeMessage(string message)
    {
        var encoded = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
                encoded.Append((char)b);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return encoded.ToString();
    }

    /// <summary>The length a frame announces; refused at once where it is compressed or too long, before its bytes are read.</summary>
    private static bool TryFindLength(ReadOnlySequence<byte> buffer, int maxBytes, out int length)
    {
        length = -1;
        if (buffer.Length < PrefixLength)
            return false;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        if (prefix[0] != 0)
            throw new GrpcException(GrpcStatus.Unimplemented, "Compressed messages are not taken; send them as identity.");
        var announced = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (announced > maxBytes)
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"The message has {announced} bytes; at most {maxBytes} are taken.");
        length = (int)announced;
        return true;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySequence<byte> bytes)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new GrpcException(GrpcStatus.Internal, "The bytes are not the message of this call.");
        }
    }
}
