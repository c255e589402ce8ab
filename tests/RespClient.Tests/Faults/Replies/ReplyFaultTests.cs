using System.Globalization;

using RespClient.Tests.Protocol;

using TestServers.Scripted;

namespace RespClient.Tests.Faults.Replies;

/// <summary>
/// Each row of the table answers a real client over a real socket: whole, byte by byte, and cut at every place. After
/// each the client must still give every caller his own reply.
/// </summary>
public sealed class ReplyFaultTests
{
    public static TheoryData<string> ShortRows => [.. ReplyFaultTable.Rows.Select(row => row.Name)];

    public static TheoryData<string> LongRows => [.. ReplyFaultTable.LongRows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(ShortRows))]
    public Task Row_ends_as_the_table_says_however_it_is_cut(string name)
    {
        var row = ReplyFaultTable.Rows.Single(row => row.Name == name);
        return PlayAsync(row, [.. Delivery.Every(row.Wire.Length)]);
    }

    [Theory]
    [MemberData(nameof(LongRows))]
    public Task Long_row_ends_as_the_table_says(string name)
    {
        var row = ReplyFaultTable.LongRows.Single(row => row.Name == name);
        return PlayAsync(row, [Delivery.Whole, Delivery.SplitAt(1), Delivery.SplitAt(row.Wire.Length / 2), Delivery.SplitAt(row.Wire.Length - 1)]);
    }

    private static async Task PlayAsync(ReplyFault row, Delivery[] deliveries)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (command.Name == "ECHO")
                {
                    await connection.SendAsync($"+{command[0]}\r\n");
                    continue;
                }

                await connection.SendAsync(row.Wire, deliveries[int.Parse(command[0], CultureInfo.InvariantCulture)]);
                if (row.End == ReplyEnd.Lost)
                {
                    return;
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, RetriesReads = false });
        for (var index = 0; index < deliveries.Length; index++)
        {
            var outcome = await OutcomeAsync(client, index);
            Assert.True(Expected(row) == outcome, $"{row.Name}, {deliveries[index]}: expected {Expected(row)}, was {outcome}");
            var mark = "mark-" + index.ToString(CultureInfo.InvariantCulture);
            Assert.Equal(mark, (await client.ExecuteAsync(new RedisCommand("ECHO", mark))).AsString());
        }

        // Nothing was sent twice: what was asked for was asked once for each delivery.
        Assert.Equal(deliveries.Length, server.Asked.Count(command => command.Name == "GET"));
    }

    private static string Expected(ReplyFault row) => row.End switch
    {
        ReplyEnd.Value => row.Shown,
        ReplyEnd.ServerError => $"refused: {row.Shown}",
        ReplyEnd.ProtocolError => "protocol error, outcome unknown",
        _ => "lost, outcome unknown",
    };

    private static async Task<string> OutcomeAsync(RedisClient client, int delivery)
    {
        try
        {
            return WireText.Show(await client.ExecuteAsync(new RedisCommand("GET", delivery)));
        }
        catch (RedisServerException e)
        {
            return $"refused: {e.Message}";
        }
        catch (RedisProtocolException e)
        {
            return e.Outcome == CommandOutcome.OutcomeUnknown ? "protocol error, outcome unknown" : e.ToString();
        }
        catch (RedisConnectionException e)
        {
            return e.Outcome == CommandOutcome.OutcomeUnknown ? "lost, outcome unknown" : e.ToString();
        }
    }
}
