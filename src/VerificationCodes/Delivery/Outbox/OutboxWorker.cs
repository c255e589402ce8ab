using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RespClient;

using VerificationCodes.Addresses;
using VerificationCodes.Delivery.Templates;
using VerificationCodes.Diagnostics;

namespace VerificationCodes.Delivery.Outbox;

/// <summary>
/// Sends what is in the outbox. Several processes may run one: a message is taken by one of them, and by another only
/// when the first is dead.
/// </summary>
internal sealed class OutboxWorker(
    MessageQueue queue,
    MessageComposer composer,
    MessageDelivery delivery,
    OutboxSignal signal,
    IOptions<VerificationOptions> options,
    TimeProvider time,
    VerificationMetrics metrics,
    ILogger<OutboxWorker> log) : BackgroundService
{
    // A hop that hangs holds one place until its time-out; the others go on.
    private const int Places = 8;

    // Taken this often without being settled, a message kills its workers.
    private const long MostDeliveries = 5;

    // How soon a message put in by another process is seen; one's own come with the signal.
    private static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(Places);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.RunOutbox)
            return;
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var any = await SendSomeAsync(stoppingToken);
                if (failing)
                    log.OutboxBack();
                failing = false;
                if (!any)
                    await signal.WaitAsync(PollEvery, time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (RedisException e)
            {
                if (!failing)
                    log.OutboxUnreachable(e.GetType().Name);
                failing = true;
                await Task.Delay(PollEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            // What is being sent is let finish, as long as the host waits; the rest stays in the outbox.
            for (var i = 0; i < Places; i++)
                await _places.WaitAsync(cancellationToken);
            await queue.LeaveAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or RedisException)
        {
            log.OutboxLeft();
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
                held++;
            var taken = await queue.TakeAsync(held, stoppingToken);
            var takenAt = time.GetTimestamp();
            foreach (var message in taken)
            {
                held--;
                _ = SendAndReleaseAsync(message, takenAt);
            }

            return taken.Count > 0;
        }
        finally
        {
            if (held > 0)
                _places.Release(held);
        }
    }

    private async Task SendAndReleaseAsync(TakenMessage taken, long takenAt)
    {
        try
        {
            await SendAsync(taken, takenAt);
        }
        catch (RedisException e)
        {
            // It stays in the stream, and is taken again as left behind: the one extra copy there may be.
            log.NotSettled(e.GetType().Name);
        }
        catch (Exception e)
        {
            log.WorkerFailed(e.GetType().Name);
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task SendAsync(TakenMessage taken, long takenAt)
    {
        var remaining = taken.Remaining - time.GetElapsedTime(takenAt);
        if (taken.Message is not { } message)
        {
            await BuryAsync(taken, "unreadable");
            return;
        }

        if (remaining <= TimeSpan.Zero || taken.Deliveries > MostDeliveries)
        {
            await BuryAsync(taken, remaining <= TimeSpan.Zero ? "its deadline passed" : "its workers died");
            return;
        }

        var composed = composer.Compose(message, remaining);
        if (composed is string problem)
        {
            await BuryAsync(taken, problem);
            return;
        }

        var started = time.GetTimestamp();
        var result = await delivery.SendAsync(composed, Shorter(options.Value.SendTimeout, remaining));
        metrics.Attempted(composed is OutgoingSms ? "sms" : "mail", result.Status, time.GetElapsedTime(started));
        await SettleAsync(taken, result, remaining - time.GetElapsedTime(started));
    }

    private async ValueTask SettleAsync(TakenMessage taken, DeliveryResult result, TimeSpan remaining)
    {
        var wait = BackOff.After(taken.Message!.Attempts, Random.Shared.NextDouble());
        if (result.Status == DeliveryStatus.Delivered)
        {
            await queue.DoneAsync(taken);
            log.Delivered(Mask(taken), taken.Message.Attempts + 1);
        }
        else if (result.Status == DeliveryStatus.Rejected)
        {
            await BuryAsync(taken, result.Reason);
        }
        else if (wait >= remaining)
        {
            await BuryAsync(taken, $"no more time to try: {result.Reason}");
        }
        else
        {
            log.TriedInVain(Mask(taken), taken.Message.Attempts + 1, wait.TotalSeconds, result.Reason);
            await queue.LaterAsync(taken, wait);
        }
    }

    private async ValueTask BuryAsync(TakenMessage taken, string reason)
    {
        log.GivenUp(Mask(taken), reason);
        metrics.GivenUp();
        await queue.BuryAsync(taken, reason);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static string Mask(TakenMessage taken) => taken.Message is null ? "?"
        : PhoneNumber.TryParse(taken.Message.To, out var number) ? number.Masked
        : EmailAddress.TryParse(taken.Message.To, out var address) ? address.Masked : "?";
}
