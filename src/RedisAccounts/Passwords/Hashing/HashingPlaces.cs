using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisAccounts.Diagnostics;

using RespClient.Diagnostics;

namespace RedisAccounts.Passwords.Hashing;

/// <summary>
/// The places where passwords are hashed: as many at once as there are processors, each on a thread of its own, so that
/// the thread pool goes on serving everything else.
/// </summary>
internal sealed class HashingPlaces
{
    private readonly Lock _gate = new();
    private readonly HashingQueue _queue;
    private readonly TimeSpan _maxWait;
    private readonly TimeProvider _time;
    private readonly AccountMetrics _metrics;
    private readonly ILogger _logger;
    private readonly OutageNotes _notes;

    public HashingPlaces(
        IOptions<AccountOptions> options, AccountMetrics metrics, ILogger<HashingPlaces> logger, TimeProvider time)
    {
        var hashing = options.Value.Hashing;
        var places = hashing.Places == 0 ? Environment.ProcessorCount : hashing.Places;
        _queue = new HashingQueue(places, places * hashing.WaitingPerPlace);
        _maxWait = hashing.MaxWait;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _notes = new OutageNotes(time);
        metrics.Watch(() => Read(queue => queue.Running), () => Read(queue => queue.Waiting));
    }

    /// <summary>Waits for a place.</summary>
    /// <param name="turn">Whose turn it is; leave the place with <see cref="Leave"/>.</param>
    /// <param name="aborted">Stops waiting.</param>
    /// <exception cref="PasswordsBusyException">Too many wait, or too many of this share, or it took too long.</exception>
    public async ValueTask EnterAsync(HashingTurn turn, CancellationToken aborted)
    {
        bool entered;
        lock (_gate)
        {
            entered = _queue.TryEnter(turn);
        }

        if (!entered)
        {
            throw Refuse(turn);
        }

        if (!turn.Granted.IsCompleted)
        {
            await WaitAsync(turn, aborted);
        }

        if (!await turn.Granted)
        {
            throw Refuse(turn);
        }
    }

    /// <summary>Makes room for the next.</summary>
    public void Leave(HashingTurn turn)
    {
        lock (_gate)
        {
            _queue.Leave(turn);
        }
    }

    /// <summary>Runs what takes long on a thread of its own. Who calls has a place.</summary>
    public static Task<T> RunAsync<T>(Func<T> hash) => Task.Factory.StartNew(
        hash,
        CancellationToken.None,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously,
        TaskScheduler.Default);

    private async Task WaitAsync(HashingTurn turn, CancellationToken aborted)
    {
        var since = _time.GetTimestamp();
        try
        {
            await turn.Granted.WaitAsync(turn.Rank == HashingRank.Background ? Timeout.InfiniteTimeSpan : _maxWait, _time, aborted);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            bool gaveUp;
            lock (_gate)
            {
                gaveUp = _queue.TryGiveUp(turn);
            }

            if (e is TimeoutException)
            {
                // Otherwise its turn has come in this very moment.
                if (gaveUp)
                {
                    throw Refuse(turn);
                }

                return;
            }

            if (!gaveUp && await turn.Granted)
            {
                Leave(turn);
            }

            throw;
        }
        finally
        {
            _metrics.HashingWaited(_time.GetElapsedTime(since));
        }
    }

    private PasswordsBusyException Refuse(HashingTurn turn)
    {
        var busy = new PasswordsBusyException();
        _metrics.HashingRefused(turn.Rank == HashingRank.Known);
        if (_notes.IsNews("hashing", busy, out var untold))
        {
            _logger.HashingRefused(turn.Rank == HashingRank.Known, untold);
        }

        return busy;
    }

    private int Read(Func<HashingQueue, int> number)
    {
        lock (_gate)
        {
            return number(_queue);
        }
    }
}
