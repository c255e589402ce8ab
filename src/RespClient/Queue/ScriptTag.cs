using System.Buffers.Binary;
using System.Security.Cryptography;

using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>The number that a run of a script sends along as its last argument and finds in its reply.</summary>
internal static class ScriptTag
{
    // Another array around every reply would cost Redis as much as the script of one command: the number goes in front of a
    // string or an integer, and behind the last element of a short array. Redis ends an array at its first nil, and takes a
    // table with one of these names for something else. An error comes as its text: StackExchange.Redis cannot read a
    // reply that has an error inside.
    private const string Return =
        """
        end
        local tag = ARGV[#ARGV]
        ARGV[#ARGV] = nil
        local function caught(e) return type(e) == 'table' and e or {err = 'ERR ' .. tostring(e)} end
        local _, result = xpcall(run, caught)
        local kind = type(result)
        if kind == 'string' then
            return tag .. '$' .. result
        elseif kind == 'number' then
            return string.format('%s:%d', tag, result)
        elseif kind == 'table' and result.err then
            return {tonumber(tag), result.err, 0}
        elseif kind == 'table' and not (result.ok or result.double or result.map or result.set
                or result.big_number or result.verbatim_string) then
            for last = 1, 32 do
                if result[last] == nil then
                    result[last], result[last + 1] = tag, nil
                    return result
                end
            end
        end
        return {tonumber(tag), result}
        """;

    // The first is random, so that processes behind one proxy have others. Lua's numbers are exact up to 2^53.
    private static long _last = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) & ((1L << 52) - 1);

    public static long Next() => Interlocked.Increment(ref _last);

    /// <summary>
    /// A script that returns its number and what the source returns. An error of the source is returned too, instead of being
    /// raised: so it carries the number like any other reply. The source keeps its line numbers.
    /// </summary>
    public static string Wrap(string source)
    {
        // A first line such as "#!lua flags=no-writes" must stay the first.
        var start = source.StartsWith("#!", StringComparison.Ordinal) ? source.IndexOf('\n', StringComparison.Ordinal) + 1 : 0;
        return $"{source[..start]}local function run() {source[start..]}\n{Return}";
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

        var result = TaggedReply.Result(reply, tag);
        return result.IsError ? throw new RedisServerException(result.AsString()!) : result;
    }

    /// <summary>Whether replies were found to be out of step.</summary>
    public static bool IsForeign(RedisProtocolException exception) => exception.InnerException is RepliesOutOfStepException;
}
