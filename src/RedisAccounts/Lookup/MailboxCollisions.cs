using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

using RedisAccounts.Diagnostics;

namespace RedisAccounts.Lookup;

/// <summary>Two accounts with one mailbox: counted each time one of them is met, and logged once by each process.</summary>
internal sealed class MailboxCollisions(AccountMetrics metrics, ILogger<MailboxCollisions> logger)
{
    // A bound for the memory, far above what there can be.
    private const int MostTold = 10_000;

    private readonly ConcurrentDictionary<string, byte> _told = new();

    public void Report(string accountId, string maskedAddress)
    {
        metrics.Conflict("mailbox");
        if (_told.Count < MostTold && _told.TryAdd(accountId, 0))
        {
            logger.MailboxTaken(AccountLog.Mask(accountId), maskedAddress);
        }
    }
}
