using System.Globalization;

using RespClient.Protocol;
using RespClient.Queue;

using TestServers;

namespace RespClient.Tests.Pending;

/// <summary>Whatever command a server knows: it gets exactly one reply and leaves the connection as it was, or is refused.</summary>
public sealed class CommandWalkTests
{
    // What CLIENT INFO says of a connection and what no command may change; not its traffic.
    private static readonly string[] Lasting =
        ["id", "name", "db", "sub", "psub", "ssub", "multi", "flags", "user", "redir", "resp", "lib-name", "lib-ver"];

    [Theory]
    [InlineData("protocol=3")]
    [InlineData("protocol=2")]
    [InlineData("protocol=3", "--cluster-enabled", "yes")]
    public async Task Every_command_of_the_server_gets_one_reply_and_changes_no_connection_or_is_refused(string options, params string[] arguments)
    {
        await using var server = await RedisServer.StartAsync(arguments);
        if (arguments.Length > 0)
        {
            await server.CliAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
            await Eventually.TrueAsync(async () => (await server.CliAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal));
        }

        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},{options},asyncTimeout=3000");
        await using var watch = await client.WatchAsync(["watched"]);
        var forms = await CommandForms.AllAsync(client);
        Assert.True(forms.Count > 1000, $"{forms.Count} forms");
        await WalkAsync(client, forms);
        await WalkAsync(watch, forms);
    }

    [Fact]
    public async Task Every_command_that_the_server_calls_blocking_gets_a_connection_of_its_own()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var blocking = (await CommandForms.AllAsync(client)).Where(form => form.IsBlocking).ToArray();
        Assert.True(blocking.DistinctBy(form => form.Command).Count() >= 10);
        Assert.All(blocking, form =>
        {
            var mayBlock = !form.Command.StartsWith("xread", StringComparison.Ordinal) || form.Words.Contains("BLOCK");
            Assert.Equal(mayBlock ? CommandNeed.OwnConnection : CommandNeed.Shared, CommandRules.Classify(form.ToCommand()));
        });
    }

    // Commands that only read and are not sent again: nothing is lost but a try, and each of those that are is looked at here.
    private static readonly string[] NotSentAgain =
    [
        "BITFIELD_RO", "DUMP", "GEODIST", "GEOHASH", "GEOPOS", "GEORADIUS_RO", "GEORADIUSBYMEMBER_RO", "GEOSEARCH", "KEYS", "LCS", "LOLWUT",
        "PFCOUNT", "SINTERCARD", "SORT_RO", "SUBSTR", "TOUCH", "XREAD", "ZDIFF", "ZINTER", "ZINTERCARD", "ZLEXCOUNT", "ZRANDMEMBER",
        "ZREVRANGEBYLEX", "ZUNION",
    ];

    [Fact]
    public async Task What_is_sent_twice_the_server_calls_read_only_and_nothing_of_it_blocks_or_writes()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var flags = (await client.ExecuteAsync(new RedisCommand("COMMAND"))).Items.ToArray().ToDictionary(
            command => command.Items[0].AsString()!.ToUpperInvariant(),
            command => command.Items[2].Items.ToArray().Select(flag => flag.AsString()!).ToArray());
        var sentAgain = flags.Where(command => CommandRules.IsReadOnly(command.Key)).ToArray();

        Assert.All(sentAgain, command =>
        {
            Assert.True(command.Value.Contains("readonly") || command.Key is "PING" or "ECHO" or "TIME" or "INFO", command.Key);
            Assert.False(command.Value.Contains("write") || command.Value.Contains("blocking"), command.Key);
        });

        // What newer servers know besides is not known here.
        var known = sentAgain.Select(command => command.Key).Concat(NotSentAgain).ToHashSet();
        var docs = await client.ExecuteAsync(new RedisCommand("COMMAND", "DOCS"));
        var readOnly = flags.Where(command => command.Value.Contains("readonly") && !command.Key.Contains('|')).Select(command => command.Key)
            .Where(name => IsOfVersionSeven(docs, name));
        Assert.Empty(readOnly.Except(known));
    }

    private static bool IsOfVersionSeven(RespValue docs, string name)
    {
        var items = docs.Items.ToArray();
        var at = Array.FindIndex(items, item => item.Kind is RespKind.BulkString && item.AsString()!.Equals(name, StringComparison.OrdinalIgnoreCase));
        var told = items[at + 1].Items.ToArray();
        var since = told[Array.FindIndex(told, item => item.Kind is RespKind.BulkString && item.AsString() == "since") + 1].AsString()!;
        return Version.Parse(since) < new Version(7, 1);
    }

    private static async Task WalkAsync(IRedisClient client, IReadOnlyList<CommandForms.Form> forms)
    {
        var before = await LastingAsync(client);
        var refused = 0;
        for (var number = 0; number < forms.Count; number++)
        {
            var form = forms[number];
            var nonce = string.Create(CultureInfo.InvariantCulture, $"nonce-{number}");
            Task<string> reply;
            try
            {
                reply = ReplyAsync(client, form.ToCommand());
            }
            catch (InvalidOperationException)
            {
                refused++;
                continue;
            }

            // Sent before the reply has come: a reply too few or too many is at once somebody else's.
            var echo = ReplyAsync(client, new RedisCommand("ECHO", nonce));
            var script = ReplyAsync(client, new RedisCommand("EVAL", "return ARGV[1]", 0, nonce));
            var after = LastingAsync(client);
            Assert.True(nonce != await reply, $"{form} took the reply of the next command");
            Assert.True(nonce == await echo, $"{form} gave '{await echo}' to the next command");
            Assert.True(nonce == await script, $"{form} gave '{await script}' to the next script");
            Assert.True(before == await after, $"{form} changed the connection from '{before}' to '{await after}'");
        }

        Assert.InRange(refused, 20, forms.Count / 5);
    }

    private static async Task<string> LastingAsync(IRedisClient client)
    {
        var info = await ReplyAsync(client, new RedisCommand("CLIENT", "INFO"));
        return string.Join(' ', info.Trim().Split(' ').Where(field => Lasting.Contains(field.Split('=')[0])));
    }

    private static Task<string> ReplyAsync(IRedisClient client, RedisCommand command)
    {
        // Not awaited here: what is refused is refused by the call.
        var executing = client.ExecuteAsync(command).AsTask();
        return TextAsync(executing);
    }

    private static async Task<string> TextAsync(Task<RespValue> executing)
    {
        try
        {
            var reply = await executing;
            return reply.Kind is RespKind.Array or RespKind.Map or RespKind.Set ? reply.ToString() : reply.AsString() ?? "";
        }
        catch (RedisException e)
        {
            return e.Message;
        }
    }
}
