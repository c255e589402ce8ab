namespace RespClient.Tests.Protocol;

/// <summary>Wire bytes (as Latin-1 text) and the replies they hold.</summary>
public static class WireSamples
{
    private static readonly string EveryByte = string.Concat(Enumerable.Range(0, 256).Select(b => (char)b));

    /// <summary>Name of a sample, its wire bytes, the replies.</summary>
    public static TheoryData<string, string, string[]> Valid { get; } = new()
    {
        { "simple string", "+OK\r\n", ["+OK"] },
        { "empty simple string", "+\r\n", ["+"] },
        { "error", "-ERR unknown\r\n", ["-ERR unknown"] },
        { "empty error", "-\r\n", ["-"] },
        { "integers", ":0\r\n:-1\r\n:+7\r\n:9223372036854775807\r\n:-9223372036854775808\r\n", ["0", "-1", "7", "9223372036854775807", "-9223372036854775808"] },
        { "beyond 2^53", ":9007199254740993\r\n", ["9007199254740993"] },
        { "bulk string", "$5\r\nhello\r\n", ["\"hello\""] },
        { "empty is not null", "$0\r\n\r\n$-1\r\n", ["\"\"", "null"] },
        { "CRLF inside a value", "$8\r\na\r\nb\r\n+c\r\n", ["\"a\r\nb\r\n+c\""] },
        { "every byte", $"$256\r\n{EveryByte}\r\n", [$"\"{EveryByte}\""] },
        { "UTF-8 of three bytes", "$3\r\n\u00e2\u0082\u00ac\r\n", ["\"\u00e2\u0082\u00ac\""] },
        { "arrays", "*2\r\n$1\r\na\r\n:1\r\n*0\r\n*-1\r\n", ["[\"a\" 1]", "[]", "null"] },
        { "nested arrays", "*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n*1\r\n+x\r\n", ["[[1 []] [[+x]]]"] },
        { "an error inside an array keeps what follows in step", "*2\r\n-ERR no\r\n$1\r\na\r\n+OK\r\n", ["[-ERR no \"a\"]", "+OK"] },
        { "null inside an array", "*3\r\n$-1\r\n*-1\r\n_\r\n", ["[null null null]"] },
        { "null", "_\r\n", ["null"] },
        { "booleans", "#t\r\n#f\r\n", ["true", "false"] },
        { "doubles", ",1.5\r\n,-0.25\r\n,10\r\n,1e3\r\n,inf\r\n,-inf\r\n,nan\r\n,-nan\r\n", ["d1.5", "d-0.25", "d10", "d1000", "dInfinity", "d-Infinity", "dNaN", "dNaN"] },
        { "big number", "(3492890328409238509324850943850943825024385\r\n(-1\r\n", ["big3492890328409238509324850943850943825024385", "big-1"] },
        { "verbatim string", "=8\r\ntxt:Some\r\n=4\r\nmkd:\r\n", ["txt\"Some\"", "txt\"\""] },
        { "blob error", "!10\r\nSYNTAX a\nb\r\n", ["!SYNTAX a\nb"] },
        { "map and set", "%2\r\n+a\r\n:1\r\n+b\r\n~1\r\n+c\r\n%0\r\n~0\r\n", ["{+a 1 +b (+c)}", "{}", "()"] },
        { "push", ">2\r\n+invalidate\r\n*1\r\n+k\r\n>1\r\n+x\r\n>0\r\n", [">[+invalidate [+k]]", ">[+x]", ">[]"] },
        { "push between replies", "+a\r\n>1\r\n+p\r\n+b\r\n", ["+a", ">[+p]", "+b"] },
        { "push between the elements of an array", "*2\r\n:1\r\n>2\r\n+invalidate\r\n*1\r\n+k\r\n:2\r\n+a\r\n", [">[+invalidate [+k]]", "[1 2]", "+a"] },
        { "push before the first element", "*1\r\n>1\r\n+a\r\n:1\r\n", [">[+a]", "[1]"] },
        { "pushes at two depths", "*2\r\n>1\r\n+a\r\n*2\r\n:1\r\n>0\r\n>1\r\n:9\r\n:2\r\n*0\r\n", [">[+a]", ">[]", ">[9]", "[[1 2] []]"] },
        { "push between a key and its value", "%1\r\n+k\r\n>1\r\n+a\r\n+v\r\n", [">[+a]", "{+k +v}"] },
        { "push before the end of a streamed array", "*?\r\n:1\r\n>1\r\n+a\r\n.\r\n", [">[+a]", "[1]"] },
        { "push between an attribute and what it describes", "*1\r\n|1\r\n+x\r\n>1\r\n+a\r\n:9\r\n>1\r\n+b\r\n:1\r\n", [">[+a]", ">[+b]", "[1]"] },
        { "push in an array that goes on", "*2\r\n>1\r\n+a\r\n:1\r\n", [">[+a]", "more"] },
        { "attribute before a reply is dropped", "|1\r\n+ttl\r\n:3600\r\n$1\r\na\r\n", ["\"a\""] },
        { "attribute inside an array is no element", "*2\r\n:1\r\n|1\r\n+a\r\n*1\r\n+b\r\n:2\r\n", ["[1 2]"] },
        { "empty attribute", "|0\r\n+OK\r\n", ["+OK"] },
        { "streamed string", "$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n$?\r\n;0\r\n", ["\"Hello\"", "\"\""] },
        { "streamed aggregates", "*?\r\n:1\r\n%?\r\n+a\r\n~?\r\n.\r\n.\r\n.\r\n*?\r\n.\r\n", ["[1 {+a ()}]", "[]"] },
        { "pipelined replies and a part of one", "+a\r\n:1\r\n$5\r\nhel", ["+a", "1", "more"] },
    };

    /// <summary>Name of a sample and wire bytes that are not RESP.</summary>
    public static TheoryData<string, string> Malformed { get; } = new()
    {
        { "unknown type byte", "?" },
        { "unknown type byte and a line", "hello\r\n" },
        { "empty line", "\r\n" },
        { "negative length", "$-5\r\n" },
        { "length with a sign", "$+5\r\n" },
        { "length with a letter", "$5x\r\n" },
        { "no length", "$\r\n" },
        { "length bomb", "$99999999999\r\n" },
        { "longer length bomb", "$99999999999999999999999999\r\n" },
        { "string without CRLF", "$2\r\nabc\r\n" },
        { "string with CR and another byte", "$2\r\nab\rx" },
        { "negative count", "*-2\r\n" },
        { "count bomb", "*99999999999\r\n" },
        { "map count bomb", "%1073741824\r\n" },
        { "null map", "%-1\r\n" },
        { "integer with a letter", ":12a\r\n" },
        { "integer beyond 64 bits", ":9223372036854775808\r\n" },
        { "empty integer", ":\r\n" },
        { "line feed without carriage return", "+OK\n" },
        { "carriage return inside a line", "+a\rb\r\n" },
        { "null with a body", "_x\r\n" },
        { "boolean of another letter", "#x\r\n" },
        { "double that is a word", ",Infinity\r\n" },
        { "double with white space", ", 1\r\n" },
        { "big number with a letter", "(12x\r\n" },
        { "verbatim string without format", "=3\r\ntxt\r\n" },
        { "push inside a push", ">1\r\n>1\r\n+a\r\n" },
        { "push inside an array of a push", "*1\r\n>2\r\n+a\r\n*1\r\n>0\r\n" },
        { "push inside a streamed string", "$?\r\n;1\r\na\r\n>1\r\n+a\r\n" },
        { "end mark alone", ".\r\n" },
        { "end mark in a counted array", "*2\r\n:1\r\n.\r\n" },
        { "streamed map with a key alone", "%?\r\n+a\r\n.\r\n" },
        { "chunk without its mark", "$?\r\n4\r\n" },
        { "malformed chunk length", "$?\r\n;-1\r\n" },
    };
}
