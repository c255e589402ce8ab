using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using RespClient;

using VerificationCodes.Outbox;

namespace VerificationCodes.Delivery;

/// <summary>
/// Sends what is in the outbox. Several processes may run one: a message is taken by one of them, and by another only
/// if the first has died or could not record the outcome.
/// </summary>
internal sealed class OutboxWorker(
    MessageQueue queue, MessageDelivery delivery, OutboxSignal signal, IOptions<VerificationOptions> options, DeliveryRecord record)
    : BackgroundService
{
    // A hop that hangs holds one place until its time-out; the others go on.
    private const int Places = 8;

    // A message taken this often without being settled is assumed to kill its workers.
    private const long MostDeliveries = 5;

    // How soon a message queued by another process is seen; those of this process come with the signal.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(Places);

    private bool Runs => options.Value.RunOutbox && options.Value.Remote is null;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!Runs)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var any = await SendSomeAsync(stoppingToken);
                record.Reached();
                if (!any)
                {
                    await signal.WaitAsync(LookEvery, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // The next look may succeed; a worker that throws would end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                record.Unreachable(e);
                await signal.PauseAsync(LookEvery, stoppingToken);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!Runs)
        {
            return;
        }

        try
        {
            // Sends in flight may finish while the host waits; the rest stays in the outbox.
            for (var i = 0; i < Places; i++)
            {
                await _places.WaitAsync(cancellationToken);
            }

            await queue.LeaveAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or RedisException)
        {
            record.LeftBehind();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _places.Dispose();
        base.Dispose();
    }

    /// <summary>Takes as many messages as there are free places, at least one, and starts sending them.</summary>
    private async Task<bool> SendSomeAsync(CancellationToken stoppingToken)
    {
        await _places.WaitAsync(stoppingToken);
        var held = 1;
        try
        {
            while (held < Places && _places.Wait(0, CancellationToken.None))
            {
                held++;
            }

            var taken = await queue.TakeAsync(held, stoppingToken);
            foreach (var message in taken)
            {
                held--;
                _ = SendAndReleaseAsync(message);
            }

            return taken.Count > 0;
        }
        finally
        {
            if (held > 0)
            {
                _places.Release(held);
            }
        }
    }

    private async Task SendAndReleaseAsync(TakenMessage taken)
    {
        try
        {
            await SendAsync(taken);
            queue.PutDown(taken);
        }
#pragma warning disable CA1031 // Not awaited: a failure is recorded and must not end the worker.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // It stays in the stream, and is taken again as left behind: the one extra copy there may be.
            record.NotSettled(e);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task SendAsync(TakenMessage taken)
    {
        var remaining = queue.RemainingOf(taken);
        if (remaining <= TimeSpan.Zero)
        {
            await BuryAsync(taken, "its deadline passed", wasTried: false);
            return;
        }

        if (taken.Message.IsSilent)
        {
            record.KeptBack(taken.Message);
            await queue.DropAsync(taken);
            return;
        }

        if (taken.Deliveries > MostDeliveries)
        {
            await BuryAsync(taken, "its workers died", wasTried: false);
            return;
        }

        var result = await delivery.SendAsync(taken.Message, remaining);
        record.Attempted(taken.Message, result);
        if (result.Status == DeliveryStatus.Delivered)
        {
            await queue.DoneAsync(taken);
        }
        else if (result.Status == DeliveryStatus.Rejected || (result.Status == DeliveryStatus.Unknown && taken.Message.IsUnanswered))
        {
            await BuryAsync(taken, result.Reason, wasTried: true);
        }
        else if (result.Status == DeliveryStatus.Unknown)
        {
            await TryAgainAsync(taken with { Message = taken.Message with { IsUnanswered = true } }, result.Reason);
        }
        else
        {
            await TryAgainAsync(taken, result.Reason);
        }
    }

    private async ValueTask TryAgainAsync(TakenMessage taken, string reason)
    {
        var wait = ResendDelay.After(taken.Message.Attempts, Random.Shared.NextDouble());
        if (wait < queue.RemainingOf(taken))
        {
            record.TriedInVain(taken.Message, wait, reason);
            await queue.LaterAsync(taken, wait);
        }
        else
        {
            await BuryAsync(taken, $"no time left to try again: {reason}", wasTried: true);
        }
    }

    private async ValueTask BuryAsync(TakenMessage taken, string reason, bool wasTried)
    {
        record.GivenUp(taken.Message, reason);
        await queue.BuryAsync(taken, reason, wasTried);
    }
}
