using System.Buffers.Binary;
using System.Security.Cryptography;

using RespClient.Pending;
using RespClient.Protocol;

namespace RespClient.Tags;

/// <summary>The number that a run of a script sends along as its last argument and finds in its reply.</summary>
internal static class ScriptTag
{
    private const string Return =
        "end\n"
        + "local tag = tonumber(table.remove(ARGV))\n"
        + "local function caught(e) return type(e) == 'table' and e or {err = 'ERR ' .. tostring(e)} end\n"
        + "local _, result = xpcall(function() return run(KEYS, ARGV) end, caught)\n"
        + "return {tag, result}";

    // The first is random, so that processes behind one proxy have others. Lua's numbers are exact up to 2^53.
    private static long s_last = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) & ((1L << 52) - 1);

    public static long Next() => Interlocked.Increment(ref s_last);

    /// <summary>
    /// A script that returns its number and what the source returns. An error of the source is returned too, instead of being
    /// raised: so it carries the number like any other reply. The source keeps its line numbers.
    /// </summary>
    public static string Wrap(string source)
    {
        // A first line such as "#!lua flags=no-writes" must stay the first.
        var start = source.StartsWith("#!", StringComparison.Ordinal) ? source.IndexOf('\n', StringComparison.Ordinal) + 1 : 0;
        return $"{source[..start]}local function run(KEYS, ARGV) {source[start..]}\n{Return}";
    }

    /// <summary>What the source returned, if the reply is the one to this run.</summary>
    /// <exception cref="RedisProtocolException">It is another's.</exception>
    /// <exception cref="RedisServerException">The source returned or raised an error.</exception>
    public static RespValue Take(in RespValue reply, long tag)
    {
        // The client of this assembly has compared it, and dropped the connection; of others nothing is known.
        if (!TaggedReply.Carries(reply, tag))
        {
            var foreign = new RepliesOutOfStepException("a script");
            throw new RedisProtocolException($"The reply was not believed: {foreign.Message}.", foreign);
        }

        var result = TaggedReply.Result(reply);
        return result.IsError ? throw new RedisServerException(result.AsString()!) : result;
    }

    /// <summary>Whether replies were found to be out of step.</summary>
    public static bool IsForeign(RedisProtocolException exception) => exception.InnerException is RepliesOutOfStepException;
}
