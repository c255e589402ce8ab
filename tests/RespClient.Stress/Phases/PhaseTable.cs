using RespClient.Stress.Cancels;
using RespClient.Stress.Kinds;
using RespClient.Stress.Troubles;

namespace RespClient.Stress.Phases;

/// <summary>The phases of a run, in their order.</summary>
internal static class PhaseTable
{
    public static IReadOnlyList<Phase> All { get; } =
    [
        new("hundreds that echo", 400, Mix.Echoes) { Weight = 2, MostCancelled = 0.3, CancelsBy = [CancelWhen.AtOnce] },
        new("disposal", 2000, Mix.Commands) { Weight = 3, DisposesOfClients = true, MostCancelled = 0.2 },
        new("hundreds, every kind", 300, Mix.All) { Weight = 2 },
        new("few callers", 6, Mix.All),
        new("ten thousand callers", 10_000, Mix.All) { Weight = 2 },
        new("hardly any backlog", 200, Mix.All) { Configure = SetTinyBacklog },
        new("short time-outs", 300, Mix.All) { ShareOfShortTimeouts = 0.6, Trouble = Trouble.Pauses, Configure = SetShortTimeouts },
        new("killed connections", 200, Mix.All) { ShareOfShortTimeouts = 0.1, Trouble = Trouble.Kills },
        new("bad network", 200, Mix.All) { Weight = 2, ShareOfShortTimeouts = 0.1, Trouble = Trouble.Network, Configure = NoticeSoon },
        new("starved thread pool", 200, Mix.All) { Trouble = Trouble.StarvedPool },
        new("everything at once", 1000, Mix.All)
        {
            Weight = 1.5, ShareOfShortTimeouts = 0.2, Trouble = Trouble.Kills | Trouble.Pauses | Trouble.Network, Configure = NoticeSoon,
        },
    ];

    private static void SetTinyBacklog(RedisClientOptions options)
    {
        options.MaxBacklogCommands = 150;
        options.MaxBacklogBytes = 1024;
    }

    private static void SetShortTimeouts(RedisClientOptions options) => options.CommandTimeout = TimeSpan.FromMilliseconds(60);

    private static void NoticeSoon(RedisClientOptions options)
    {
        options.CommandTimeout = TimeSpan.FromMilliseconds(500);
        options.ConnectTimeout = TimeSpan.FromMilliseconds(500);
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
        options.MaxReconnectDelay = TimeSpan.FromMilliseconds(50);
    }
}
