using System.Globalization;

namespace RespClient.Tests.Fuzz;

/// <summary>What a real server answered, byte for byte, in both protocols: the ground the fuzzer starts from.</summary>
internal static class RecordedReplies
{
    public static IReadOnlyList<byte[]> All { get; } = Load();

    private static List<byte[]> Load()
    {
        using var stream = typeof(RecordedReplies).Assembly.GetManifestResourceStream("recorded-replies.txt")!;
        using var reader = new StreamReader(stream);
        var replies = new List<byte[]>();
        while (reader.ReadLine() is { } line)
        {
            if (line.IndexOf('\t', StringComparison.Ordinal) is > 0 and var tab)
            {
                replies.Add(Unescape(line.AsSpan(tab + 1)));
            }
        }

        return replies;
    }

    private static byte[] Unescape(ReadOnlySpan<char> text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                bytes.Add((byte)text[i]);
                continue;
            }

            i++;
            bytes.Add(text[i] switch
            {
                'r' => (byte)'\r',
                'n' => (byte)'\n',
                'x' => byte.Parse(text.Slice(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                _ => (byte)text[i],
            });
            i += text[i] == 'x' ? 2 : 0;
        }

        return [.. bytes];
    }
}
