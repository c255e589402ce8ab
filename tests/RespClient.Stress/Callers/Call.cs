using System.Diagnostics;

using RespClient.Protocol;
using RespClient.Stress.Cancels;
using RespClient.Stress.Owned;
using RespClient.Stress.Worlds;

namespace RespClient.Stress.Callers;

/// <summary>The call that a caller makes, and what the caller owns: its keys, its list, its buffers.</summary>
internal sealed class Call
{
    private readonly Cancelling _cancelling;
    private readonly string _prefix;
    private long _number;
    private long _begunAt;

    public Call(World world, int caller, Random random)
    {
        World = world;
        Random = random;
        _prefix = $"{world.Prefix}{caller}.";
        _cancelling = new Cancelling(random, random.NextDouble() * world.Phase.MostCancelled, world.Phase.CancelsBy, world.CancelThread, world.Wave);
        Own = new Belongings(_prefix);
    }

    public World World { get; }

    public RedisClient Client => World.Client;

    public Random Random { get; }

    /// <summary>What nobody else touches.</summary>
    public Belongings Own { get; }

    public CancellationToken Token { get; private set; }

    /// <summary>A short time-out, or none of its own.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <summary>A text that no other call of the run has.</summary>
    public string Mark { get; private set; } = "";

    /// <summary>How long it has lasted.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begunAt);

    /// <summary>Whether the token was cancelled before the call: it must not reach the server.</summary>
    public bool WasCancelledBefore => _cancelling.When == CancelWhen.BeforeTheCall;

    /// <summary>Whether it is cancelled in any case, at some time.</summary>
    public bool IsCancelled => _cancelling.When != CancelWhen.Never;

    /// <summary>The next call begins.</summary>
    public void Begin()
    {
        _number++;
        _begunAt = Stopwatch.GetTimestamp();
        Mark = $"{_prefix}{_number}";
        Token = _cancelling.Choose();
        Timeout = Random.NextDouble() < World.Phase.ShareOfShortTimeouts ? TimeSpan.FromMilliseconds(Random.Next(1, 40)) : null;
    }

    /// <summary>The call has returned its task, which is not awaited yet: now it is cancelled, if it is to be at once.</summary>
    public void Started() => _cancelling.Started();

    /// <summary>The wait is over.</summary>
    public void Ended() => _cancelling.Ended();

    /// <summary>A command with the time-out of this call.</summary>
    public RedisCommand Command(string name, params ReadOnlySpan<RedisArgument> arguments) => new(name, arguments) { Timeout = Timeout };

    /// <summary>Sends a command and begins to be cancelled.</summary>
    public ValueTask<RespValue> SendAsync(string name, params ReadOnlySpan<RedisArgument> arguments)
    {
        var reply = Client.ExecuteAsync(Command(name, arguments), Token);
        Started();
        return reply;
    }

    /// <exception cref="ForeignReplyException">It is something else.</exception>
    public static void Expect(string expected, in RespValue reply) => Expect(expected, ReplyText.Of(reply));

    /// <exception cref="ForeignReplyException">It is something else.</exception>
    public static void Expect(string expected, string got)
    {
        if (!string.Equals(expected, got, StringComparison.Ordinal))
        {
            throw new ForeignReplyException(expected, got);
        }
    }

    /// <exception cref="ForeignReplyException">It does not hold.</exception>
    public static void Expect(bool holds, string expected, in RespValue reply)
    {
        if (!holds)
        {
            throw new ForeignReplyException(expected, ReplyText.Of(reply));
        }
    }
}
