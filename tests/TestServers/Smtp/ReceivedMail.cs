using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Smtp;

/// <summary>A message as a mail server received it, read as RFC 5322, 2045 and 2047 have it.</summary>
public sealed partial class ReceivedMail
{
    private readonly Dictionary<string, string> _headers;

    public ReceivedMail(byte[] raw, string from, string[] to, bool secure, string user)
    {
        Raw = Encoding.Latin1.GetString(raw);
        (From, To, Secure, User) = (from, to, secure, user);
        (_headers, var body) = Split(Raw);
        var boundary = BoundaryOf().Match(Header("Content-Type")).Groups[1].Value;
        foreach (var part in body.Split("--" + boundary).Skip(1).SkipLast(1))
        {
            var (headers, content) = Split(part.TrimStart('\r', '\n'));
            Assign(headers, content);
        }
    }

    /// <summary>The message as it came, a byte per character.</summary>
    public string Raw { get; }

    /// <summary>When the server had all of it, a moment before it said so.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The envelope's sender.</summary>
    public string From { get; }

    /// <summary>The envelope's recipients.</summary>
    public string[] To { get; }

    /// <summary>Whether it came over TLS.</summary>
    public bool Secure { get; }

    /// <summary>Who had signed in; empty: nobody.</summary>
    public string User { get; }

    public string Subject => DecodeWords(Header("Subject"));

    public string Text { get; private set; } = "";

    public string Html { get; private set; } = "";

    /// <summary>The types of the parts, in order.</summary>
    public IList<string> PartTypes { get; } = [];

    /// <summary>A header, unfolded; empty where it is missing.</summary>
    public string Header(string name) => _headers.GetValueOrDefault(name, "");

    private static (Dictionary<string, string> Headers, string Body) Split(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Folding().Replace(text[..end], " ").Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        return (headers, text[(end + 4)..]);
    }

    private static string DecodeWords(string value) => EncodedWord().Replace(
        BetweenWords().Replace(value, "?=="), m => m.Groups[2].Value is "B" or "b"
            ? Encoding.GetEncoding(m.Groups[1].Value).GetString(Convert.FromBase64String(m.Groups[3].Value))
            : Encoding.GetEncoding(m.Groups[1].Value).GetString(Quoted(m.Groups[3].Value.Replace('_', ' '))));

    private static byte[] Quoted(string text) =>
        Encoding.Latin1.GetBytes(HexByte().Replace(text, m => ((char)Convert.ToByte(m.Groups[1].Value, 16)).ToString()));

    private void Assign(Dictionary<string, string> headers, string content)
    {
        var type = headers["Content-Type"].Split(';')[0];
        PartTypes.Add(type);
        var bytes = headers["Content-Transfer-Encoding"] switch
        {
            "base64" => Convert.FromBase64String(content),
            "quoted-printable" => Quoted(content.Replace("=\r\n", "", StringComparison.Ordinal)),
            _ => Encoding.Latin1.GetBytes(content),
        };
        if (type == "text/plain")
        {
            Text = Encoding.UTF8.GetString(bytes);
        }
        else
        {
            Html = Encoding.UTF8.GetString(bytes);
        }
    }

    [GeneratedRegex("boundary=\"?([^\";]+)\"?")]
    private static partial Regex BoundaryOf();

    [GeneratedRegex(@"\r\n[ \t]+")]
    private static partial Regex Folding();

    [GeneratedRegex(@"=\?([^?]+)\?([BbQq])\?([^?]*)\?=")]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+=(?=\?)")]
    private static partial Regex BetweenWords();

    [GeneratedRegex("=([0-9A-F]{2})")]
    private static partial Regex HexByte();
}
