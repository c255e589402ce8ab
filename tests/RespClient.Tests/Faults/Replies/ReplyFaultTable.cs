using System.Text;

namespace RespClient.Tests.Faults.Replies;

/// <summary>What a row of the table must end in.</summary>
public enum ReplyEnd
{
    /// <summary>The reply as <see cref="ReplyFault.Shown"/> shows it, and the connection goes on.</summary>
    Value,

    /// <summary>An error of the server with <see cref="ReplyFault.Shown"/> as its text, and the connection goes on.</summary>
    ServerError,

    /// <summary>A protocol error, and a new connection.</summary>
    ProtocolError,

    /// <summary>The server died in the middle: outcome unknown, and a new connection.</summary>
    Lost,
}

/// <summary>A row: the bytes that answer one command, and how the command must end.</summary>
public sealed record ReplyFault(string Name, byte[] Wire, ReplyEnd End, string Shown)
{
    public override string ToString() => Name;
}

/// <summary>The faults of replies as data. Text on the wire is Latin-1: a character is a byte.</summary>
public static class ReplyFaultTable
{
    private static readonly string EveryByte = string.Concat(Enumerable.Range(0, 256).Select(b => (char)b));
    private static readonly string EveryByteOfALine = EveryByte.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
    private static readonly string Euro = Encoding.Latin1.GetString("€ü日🎉"u8);

    /// <summary>Rows short enough to be cut at every place.</summary>
    public static IReadOnlyList<ReplyFault> Rows { get; } =
    [
        Value("simple string", "+OK\r\n", "+OK"),
        Value("empty simple string", "+\r\n", "+"),
        Value("integer beyond 2^53", ":9007199254740993\r\n", "9007199254740993"),
        Value("smallest integer", ":-9223372036854775808\r\n", "-9223372036854775808"),
        Value("bulk string with CRLF inside", "$9\r\na\r\nb\r\n$1\r\r\n", "\"a\r\nb\r\n$1\r\""),
        Value("empty string is not null", "$0\r\n\r\n", "\"\""),
        Value("null bulk string", "$-1\r\n", "null"),
        Value("null array", "*-1\r\n", "null"),
        Value("null of RESP3", "_\r\n", "null"),
        Value("empty array is not null", "*0\r\n", "[]"),
        Value("UTF-8 cut anywhere", $"${Euro.Length}\r\n{Euro}\r\n", $"\"{Euro}\""),
        Value("nested arrays", "*2\r\n*2\r\n:1\r\n$-1\r\n*1\r\n*0\r\n", "[[1 null] [[]]]"),
        Value("error inside an array", "*3\r\n:1\r\n-ERR in the middle\r\n:3\r\n", "[1 -ERR in the middle 3]"),
        Value("blob error inside an array", "*2\r\n!5\r\nERR x\r\n:3\r\n", "[!ERR x 3]"),
        Value("map and set of RESP3", "%1\r\n+k\r\n~2\r\n:1\r\n:2\r\n", "{+k (1 2)}"),
        Value("booleans", "*2\r\n#t\r\n#f\r\n", "[true false]"),
        Value("infinities and not a number", "*4\r\n,inf\r\n,-inf\r\n,nan\r\n,-nan\r\n", "[dInfinity d-Infinity dNaN dNaN]"),
        Value("double", ",-1.5e-3\r\n", "d-0.0015"),
        Value("big number", "(-3492890328409238509324850943850943825024385\r\n", "big-3492890328409238509324850943850943825024385"),
        Value("verbatim string", "=7\r\nmkd:a\r\n\r\n", "txt\"a\r\n\""),
        Value("streamed string", "$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n", "\"abc\""),
        Value("streamed aggregates", "*?\r\n%?\r\n+a\r\n~?\r\n:1\r\n.\r\n.\r\n*0\r\n.\r\n", "[{+a (1)} []]"),
        Value("attribute before a reply", "|1\r\n+ttl\r\n:3600\r\n$1\r\na\r\n", "\"a\""),
        Value("attribute inside a reply", "*2\r\n|1\r\n+a\r\n*1\r\n:9\r\n:1\r\n:2\r\n", "[1 2]"),
        Value("push before a reply", ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n+OK\r\n", "+OK"),
        Value("push of an unknown kind", ">3\r\n+weather\r\n:1\r\n%1\r\n+a\r\n+b\r\n:7\r\n", "7"),
        Value("empty push", ">0\r\n:7\r\n", "7"),
        Value("push whose kind is no string", ">2\r\n:1\r\n*0\r\n:7\r\n", "7"),
        Value("many pushes before a reply", string.Concat(Enumerable.Repeat(">1\r\n+x\r\n", 5)) + ":7\r\n", "7"),
        Value("push inside a reply", "*2\r\n:1\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n:2\r\n", "[1 2]"),
        Value("pushes all over a reply", "*2\r\n>1\r\n+x\r\n%1\r\n>0\r\n+k\r\n>1\r\n*0\r\n>1\r\n+x\r\n+v\r\n$1\r\na\r\n", "[{+k +v} \"a\"]"),
        Value("attribute before a push", "|1\r\n+a\r\n:1\r\n>1\r\n+x\r\n:7\r\n", "7"),

        Error("simple error", "-ERR it is so\r\n", "ERR it is so"),
        Error("empty error is an error", "-\r\n", ""),
        Error("blob error with CRLF", "!9\r\nERR a\r\nbc\r\n", "ERR a\r\nbc"),
        Error("error with a byte of every kind of UTF-8", $"-ERR {Euro}\r\n", $"ERR €ü日🎉"),

        Malformed("length bomb", "$99999999999\r\n"),
        Malformed("length beyond 64 bits", "$99999999999999999999\r\n"),
        Malformed("negative length", "$-5\r\n"),
        Malformed("length with a sign", "$+5\r\n"),
        Malformed("length with a letter", "$5x\r\n"),
        Malformed("no length at all", "$\r\n"),
        Malformed("string without its CRLF", "$2\r\nabcd"),
        Malformed("count bomb", "*99999999999\r\n"),
        Malformed("map count bomb", "%1073741824\r\n"),
        Malformed("negative count", "*-2\r\n"),
        Malformed("unknown prefix", "?what\r\n"),
        Malformed("HTTP instead of Redis", "HTTP/1.1 400 Bad Request\r\n"),
        Malformed("line feed alone", "+OK\n"),
        Malformed("empty line", "\r\n"),
        Malformed("integer that is a word", ":many\r\n"),
        Malformed("boolean of another letter", "#x\r\n"),
        Malformed("push inside a push", ">2\r\n+x\r\n>1\r\n+y\r\n:1\r\n"),
        Malformed("end mark of nothing", ".\r\n"),

        Lost("the server dies in a bulk string", "$10\r\nabc"),
        Lost("the server dies between CR and LF", "$3\r\nabc\r"),
        Lost("the server dies in an array", "*3\r\n:1\r\n:2\r\n"),
        Lost("the server dies in a streamed string", "$?\r\n;3\r\nabc\r\n"),
        Lost("the server dies after an attribute", "|1\r\n+a\r\n:1\r\n"),
    ];

    /// <summary>Rows too long to be cut at every place.</summary>
    public static IReadOnlyList<ReplyFault> LongRows { get; } =
    [
        Value("every byte in a value", $"$256\r\n{EveryByte}\r\n", $"\"{EveryByte}\""),
        Error("every byte of a line in an error", $"-ERR {EveryByteOfALine}\r\n", $"ERR {Encoding.UTF8.GetString(Bytes(EveryByteOfALine))}"),
        Error("every byte in a blob error", $"!256\r\n{EveryByte}\r\n", Encoding.UTF8.GetString(Bytes(EveryByte))),
        Value("a thousand replies deep in an array", "*1000\r\n" + string.Concat(Enumerable.Repeat(":1\r\n", 1000)), "[" + string.Join(' ', Enumerable.Repeat("1", 1000)) + "]"),
        Malformed("depth bomb", string.Concat(Enumerable.Repeat("*1\r\n", 200_000))),
        Malformed("depth bomb of maps", string.Concat(Enumerable.Repeat("%1\r\n+k\r\n", 200_000))),
        Malformed("depth bomb of streamed arrays", string.Concat(Enumerable.Repeat("*?\r\n", 200_000))),
        Malformed("line that never ends", "+" + new string('x', 1_000_000)),
    ];

    private static ReplyFault Value(string name, string wire, string shown) => new(name, Bytes(wire), ReplyEnd.Value, shown);

    private static ReplyFault Error(string name, string wire, string text) => new(name, Bytes(wire), ReplyEnd.ServerError, text);

    private static ReplyFault Malformed(string name, string wire) => new(name, Bytes(wire), ReplyEnd.ProtocolError, "");

    private static ReplyFault Lost(string name, string wire) => new(name, Bytes(wire), ReplyEnd.Lost, "");

    private static byte[] Bytes(string wire) => Encoding.Latin1.GetBytes(wire);
}
