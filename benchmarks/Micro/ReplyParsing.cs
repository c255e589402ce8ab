using System.Text;

using BenchmarkDotNet.Attributes;

using RespClient.Protocol;

namespace Micro;

/// <summary>What it costs to read a reply off the wire, without a socket.</summary>
public class ReplyParsing
{
    private readonly RespReader _reader = new(RespLimits.Default);
    private readonly byte[] _get = Bulk(new string('x', 64));
    private readonly byte[] _session = SessionOf(fields: 12);
    private readonly byte[] _push =
        [.. Encoding.UTF8.GetBytes(">2\r\n"), .. Bulk("invalidate"), .. Encoding.UTF8.GetBytes("*1\r\n"), .. Bulk("SESSION:" + new string('k', 43))];

    private readonly byte[] _pipelined = [.. Enumerable.Repeat(Bulk(new string('x', 64)), 50).SelectMany(bytes => bytes)];

    [Benchmark(Description = "one reply of 64 bytes")]
    public RespValue Get()
    {
        _reader.Read(_get, out _, out var value);
        return value;
    }

    [Benchmark(Description = "HGETALL of a session of 12 fields, 700 bytes")]
    public RespValue Session()
    {
        _reader.Read(_session, out _, out var value);
        return value;
    }

    [Benchmark(Description = "push that names a session's key")]
    public RespValue Push()
    {
        _reader.Read(_push, out _, out var value);
        return value;
    }

    [Benchmark(Description = "one of 50 pipelined replies of 64 bytes", OperationsPerInvoke = 50)]
    public int Pipelined()
    {
        var rest = _pipelined.AsSpan();
        var count = 0;
        while (_reader.Read(rest, out var consumed, out _) == RespReadStatus.Done)
        {
            rest = rest[consumed..];
            count++;
        }

        return count;
    }

    private static byte[] Bulk(string value) => Encoding.UTF8.GetBytes($"${value.Length}\r\n{value}\r\n");

    private static byte[] SessionOf(int fields) =>
    [
        .. Encoding.UTF8.GetBytes($"%{fields}\r\n"),
        .. Enumerable.Range(0, fields).SelectMany(i => Bulk("field" + i).Concat(Bulk(new string('v', i % 2 == 0 ? 100 : 8)))),
    ];
}
