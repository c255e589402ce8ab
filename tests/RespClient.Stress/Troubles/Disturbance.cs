using TestServers.Proxy;

namespace RespClient.Stress.Troubles;

/// <summary>Makes trouble until it is told to stop; then all is well again.</summary>
/// <param name="control">A client of the same server that is not under test.</param>
/// <param name="proxy">The network, for trouble with it.</param>
/// <param name="random">Its choices.</param>
internal sealed class Disturbance(RedisClient control, FaultProxy? proxy, Random random)
{
    public async Task RunAsync(Trouble trouble, CancellationToken stopping)
    {
        var starved = trouble.HasFlag(Trouble.StarvedPool) ? new StarvedPool() : null;
        Func<Task>[] ways =
        [
            .. trouble.HasFlag(Trouble.Kills) ? [KillAsync, ForgetScriptsAsync] : Array.Empty<Func<Task>>(),
            .. trouble.HasFlag(Trouble.Pauses) ? [PauseAsync] : Array.Empty<Func<Task>>(),
            .. trouble.HasFlag(Trouble.Network) ? [SpoilNetworkAsync] : Array.Empty<Func<Task>>(),
        ];
        while (!stopping.IsCancellationRequested)
        {
            if (ways.Length > 0)
            {
                await ways[random.Next(ways.Length)]();
            }

            await Task.Delay(random.Next(20, 250), CancellationToken.None);
        }

        starved?.Dispose();
    }

    private async Task KillAsync() =>
        await control.ExecuteAsync(new RedisCommand("CLIENT", "KILL", "TYPE", random.Next(4) == 0 ? "pubsub" : "normal"));

    private async Task ForgetScriptsAsync() => await control.ExecuteAsync(new RedisCommand("SCRIPT", "FLUSH"));

    private async Task PauseAsync() =>
        await control.ExecuteAsync(new RedisCommand("CLIENT", "PAUSE", random.Next(10, 80), random.Next(2) == 0 ? "ALL" : "WRITE"));

    private async Task SpoilNetworkAsync()
    {
        switch (random.Next(6))
        {
            case 0:
                proxy!.ResetAll();
                break;
            case 1:
                proxy!.CutAfter(random.Next(100_000), random.Next(2) == 0 ? Direction.ToClient : Direction.ToServer);
                break;
            case 2:
                proxy!.Trickle(random.Next(1, 2000), TimeSpan.FromMilliseconds(1), (Direction)random.Next(1, 4));
                break;
            case 3:
                proxy!.Delay(TimeSpan.FromMilliseconds(random.Next(1, 40)));
                break;
            default:
                proxy!.HalfOpen((Direction)random.Next(1, 4));
                break;
        }

        await Task.Delay(random.Next(10, 400), CancellationToken.None);
        proxy!.Heal();
    }
}
