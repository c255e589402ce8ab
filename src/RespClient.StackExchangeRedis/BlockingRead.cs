using System.Globalization;

namespace RespClient.StackExchangeRedis;

/// <summary>A read of streams that may wait for entries, as one that does not and the time it may wait.</summary>
/// <param name="Arguments">The arguments without BLOCK.</param>
/// <param name="Wait">How long the caller would wait; infinite: until something comes.</param>
internal sealed record BlockingRead(object[] Arguments, TimeSpan Wait)
{
    public static BlockingRead? Find(object[] arguments)
    {
        var streams = CommandArguments.Find(arguments, "STREAMS");
        var block = CommandArguments.Find(arguments, "BLOCK");
        // What stands behind STREAMS is the name of one.
        if (streams < 0 || block < 0 || block > streams
            || !long.TryParse(CommandArguments.Text(arguments[block + 1]), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return null;
        }

        return new BlockingRead(
            [.. arguments[..block], .. arguments[(block + 2)..]],
            milliseconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(milliseconds));
    }
}
