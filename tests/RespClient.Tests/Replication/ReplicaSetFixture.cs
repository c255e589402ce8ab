using System.Globalization;

using TestServers;

namespace RespClient.Tests.Replication;

/// <summary>A master and two replicas that have caught up with it.</summary>
public sealed class ReplicaSetFixture : IAsyncLifetime
{
    private readonly List<RedisServer> _replicas = [];

    public RedisServer Master { get; private set; } = null!;

    public IReadOnlyList<RedisServer> Replicas => _replicas;

    public async ValueTask InitializeAsync()
    {
        Master = await RedisServer.StartAsync("--repl-diskless-sync-delay", "0");
        for (var number = 0; number < 2; number++)
        {
            _replicas.Add(await RedisServer.StartAsync("--replicaof", Master.Host, Master.Port.ToString(CultureInfo.InvariantCulture)));
        }

        await OnlineAsync();
    }

    /// <summary>Lets suspended replicas go on, and waits until the master counts on all of them.</summary>
    public async Task OnlineAsync()
    {
        _replicas.ForEach(replica => replica.Resume());
        await Eventually.TrueWithinAsync(TimeSpan.FromSeconds(30), async () =>
            (await Master.CliAsync("INFO", "replication")).Split("state=online").Length == 1 + _replicas.Count
            && await Master.CliAsync("WAIT", "2", "100") == "2");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await Master.DisposeAsync();
    }
}
