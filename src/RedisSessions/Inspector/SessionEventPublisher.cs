using System.Threading.Channels;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RespClient;

namespace RedisSessions.Inspector;

/// <summary>
/// Takes what happens to sessions off the requests it happens in: a request never waits for an event, and where more
/// come than Redis takes, the oldest are dropped and the log says so.
/// </summary>
internal sealed class SessionEventPublisher : BackgroundService
{
    private const int Capacity = 10_000;

    private readonly Channel<Occurrence> _queue;
    private readonly SessionEventStream _stream;
    private readonly ILogger _logger;
    private long _dropped;

    public SessionEventPublisher(SessionEventStream stream, ILogger<SessionEventPublisher> logger)
    {
        _stream = stream;
        _logger = logger;
        _queue = Channel.CreateBounded<Occurrence>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>Never waits. Ids are public ones; without one there is nothing to tell.</summary>
    public void Publish(string kind, string? id, string? previousId = null, string? userId = null)
    {
        if (id is not null)
        {
            _queue.Writer.TryWrite(new Occurrence(kind, id, previousId, userId));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var happened in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await _stream.AppendAsync(happened.Kind, happened.Id, happened.PreviousId, happened.UserId);
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                {
                    _logger.EventsLost($"{dropped} came faster than Redis took them.");
                }
            }
            catch (RedisException e)
            {
                // A server that is away would refuse the next as well, one time-out after another.
                var lost = 1;
                while (_queue.Reader.TryRead(out _))
                {
                    lost++;
                }

                _logger.EventsLost($"{lost}, because of {e.GetType().Name}: {e.Message}");
            }
        }
    }

    private sealed record Occurrence(string Kind, string Id, string? PreviousId, string? UserId);
}
