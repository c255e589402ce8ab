using System.Text;

namespace RespClient.Tests.Fuzz;

/// <summary>
/// Makes hostile input out of recorded replies: the same seed gives the same inputs, so a finding is repeated by its
/// seed and number.
/// </summary>
internal sealed class ReplyMutator(int seed)
{
    private static readonly string[] Lengths =
    [
        "0", "1", "2", "-1", "-5", "+5", "5x", "", "?", " 3", "00", "007", "65536", "1048577", "134217729", "2147483647",
        "2147483648", "4294967296", "99999999999", "9223372036854775807", "9223372036854775808", "1e9",
    ];

    private static readonly byte[] Telling = "+-:$*_#,(=!%~>|.;\r\n?0123456789tfinfa"u8.ToArray();

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var input = Pick();
        for (var replies = _random.Next(3); replies > 0; replies--)
        {
            input = [.. input, .. Pick()];
        }

        for (var mutations = _random.Next(1, 5); mutations > 0 && input.Length > 0; mutations--)
        {
            input = Mutate(input);
        }

        return input;
    }

    /// <summary>Cuts an input into pieces of random lengths.</summary>
    public List<int> Pieces(int length)
    {
        var pieces = new List<int>();
        while (length > 0)
        {
            var piece = _random.Next(1, Math.Min(length, _random.Next(2) == 0 ? 4 : 64) + 1);
            pieces.Add(piece);
            length -= piece;
        }

        return pieces;
    }

    private byte[] Pick() => RecordedReplies.All[_random.Next(RecordedReplies.All.Count)];

    private byte[] Mutate(byte[] input)
    {
        var at = _random.Next(input.Length);
        var length = Math.Min(_random.Next(1, 9), input.Length - at);
        switch (_random.Next(10))
        {
            case 0:
                var flipped = (byte[])input.Clone();
                flipped[at] ^= (byte)(1 << _random.Next(8));
                return flipped;
            case 1:
                var replaced = (byte[])input.Clone();
                replaced[at] = Telling[_random.Next(Telling.Length)];
                return replaced;
            case 2:
                return [.. input[..at], .. input[(at + length)..]];
            case 3:
                return [.. input[..(at + length)], .. input[at..]];
            case 4:
                return [.. input[..at], Telling[_random.Next(Telling.Length)], .. input[at..]];
            case 5:
                return input[..at];
            case 6:
                var other = Pick();
                return [.. input[..at], .. other[_random.Next(other.Length)..]];
            case 7:
                return WithOtherLength(input, at);
            case 8:
                return [.. input[..at], .. Nested(), .. input[at..]];
            default:
                var noise = new byte[length];
                _random.NextBytes(noise);
                return [.. input[..at], .. noise, .. input[at..]];
        }
    }

    /// <summary>Puts a telling length into the line after <paramref name="at"/>.</summary>
    private byte[] WithOtherLength(byte[] input, int at)
    {
        var line = Array.IndexOf(input, (byte)'\n', at) + 1;
        if (line == 0 || line == input.Length)
        {
            line = 0;
        }

        var end = Array.IndexOf(input, (byte)'\r', line);
        return end <= line
            ? input
            : [.. input[..(line + 1)], .. Encoding.ASCII.GetBytes(Lengths[_random.Next(Lengths.Length)]), .. input[end..]];
    }

    private byte[] Nested()
    {
        var level = Encoding.ASCII.GetBytes(_random.Next(4) switch { 0 => "*1\r\n", 1 => "%1\r\n", 2 => "*?\r\n", _ => "|1\r\n" });
        return [.. Enumerable.Repeat(level, _random.Next(1, 40)).SelectMany(bytes => bytes)];
    }
}
