using System.Globalization;

using RespClient.Commands;
using RespClient.Stress.Results;

using TestServers;

namespace RespClient.Stress.Worlds;

/// <summary>What all phases of a run share.</summary>
/// <param name="Server">A real server.</param>
/// <param name="ConnectionString">How the clients under test reach it.</param>
/// <param name="Control">A client of it that is not under test.</param>
/// <param name="Judge">Stops the run at the first failure.</param>
internal sealed record Stage(RedisServer Server, string ConnectionString, RedisClient Control, Judge Judge)
{
    /// <summary>How many connections the server has accepted so far.</summary>
    public async Task<long> ConnectionsAsync() =>
        long.Parse((await Control.InfoAsync("stats"))["total_connections_received"], CultureInfo.InvariantCulture);

    /// <summary>How many connections of a client of this name are open.</summary>
    public Task<int> OpenConnectionsAsync(string clientName) => CountAsync(clientName, "");

    /// <summary>How many of them wait in a blocking command.</summary>
    public Task<int> BlockedConnectionsAsync(string clientName) => CountAsync(clientName, " flags=b ");

    private async Task<int> CountAsync(string clientName, string part) =>
        (await Control.ExecuteAsync(new RedisCommand("CLIENT", "LIST"))).AsString()!
            .Split('\n').Count(line => line.Contains($" name={clientName} ", StringComparison.Ordinal) && line.Contains(part, StringComparison.Ordinal));
}
