using RespClient.Commands;
using RespClient.Protocol;
using RespClient.Tests.Connections;

namespace RespClient.Tests.Commands;

/// <summary>Whatever a script returns or raises reaches its caller as if its reply carried no number.</summary>
public sealed class ScriptReplyTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    [Theory]
    [InlineData("return 1")]
    [InlineData("return -7")]
    [InlineData("return 3.9")]
    [InlineData("return nil")]
    [InlineData("return false")]
    [InlineData("return true")]
    [InlineData("return ''")]
    [InlineData("return 'text'")]
    [InlineData("return 1, 2, 3")]
    [InlineData("local one = 1")]
    [InlineData("-- a comment\nreturn 1 -- and one at the end")]
    [InlineData("if ARGV[1] then return 1 end")]
    [InlineData("return {}")]
    [InlineData("return {1, {2, {3, 'four'}}, 'five', false, 6}")]
    [InlineData("return {1, nil, 3}")]
    [InlineData("return {'a', 'b'}")]
    [InlineData("return {nil, 2}")]
    [InlineData("return ARGV")]
    [InlineData("return 2 ^ 53")]
    [InlineData("return -1e300")]
    [InlineData("return '17$text:'")]
    [InlineData("return {'a', ok = 'FINE'}")]
    [InlineData("redis.setresp(3) return {double = 1.5, 7}")]
    [InlineData("redis.setresp(3) return {map = {a = 1}}")]
    [InlineData("redis.setresp(3) return {set = {a = true}}")]
    [InlineData("redis.setresp(3) return {big_number = '123'}")]
    [InlineData("redis.setresp(3) return {verbatim_string = {format = 'txt', string = 'text'}}")]
    [InlineData("redis.setresp(3) return true")]
    [InlineData("redis.setresp(3) return false")]
    [InlineData("local all = {} for n = 1, 31 do all[n] = 'x' .. n end return all")]
    [InlineData("local all = {} for n = 1, 32 do all[n] = 'x' .. n end return all")]
    [InlineData("local all = {} for n = 1, 300 do all[n] = n end return all")]
    [InlineData("return {false}")]
    [InlineData("return {ok = 'FINE'}")]
    [InlineData("return {err = 'MINE is told'}")]
    [InlineData("return redis.status_reply('FINE')")]
    [InlineData("return redis.error_reply('MINE is told')")]
    [InlineData("return {1, redis.error_reply('MINE is told')}")]
    [InlineData("return redis.pcall('LPUSH', KEYS[1], 'x')")]
    [InlineData("return redis.call('GET', 'no such key')")]
    [InlineData("return redis.call('HGETALL', 'no such key')")]
    [InlineData("return redis.call('SET', KEYS[1], 'x')")]
    [InlineData("return {KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], #KEYS, #ARGV}")]
    [InlineData("return unpack(ARGV)")]
    [InlineData("#!lua flags=no-writes\nreturn {1, ARGV[1]}")]
    public async Task What_a_script_returns_is_what_the_caller_gets(string source)
    {
        foreach (var protocol in new[] { 2, 3 })
        {
            await using var client = await RedisClient.ConnectAsync($"{fixture.Server.ConnectionString},protocol=resp{protocol}");
            await client.ExecuteAsync(new RedisCommand("SET", "{s}one", "text"));
            var plain = await ReplyAsync(client.ExecuteAsync(new RedisCommand("EVAL", source, 2, "{s}one", "{s}two", "first", "\0second")));
            var tagged = await ReplyAsync(new LuaScript(source).ExecuteAsync(client, ["{s}one", "{s}two"], ["first", "\0second"]));
            Assert.Equal(plain, tagged);
        }
    }

    [Theory]
    [InlineData("return redis.call('LPUSH', KEYS[1], 'x')", RedisErrorKind.WrongType, "WRONGTYPE")]
    [InlineData("return 1 + nil", RedisErrorKind.Other, "attempt to perform arithmetic")]
    [InlineData("error('thrown')", RedisErrorKind.Other, "thrown")]
    [InlineData("error({err = 'MINE is thrown'})", RedisErrorKind.Other, "MINE is thrown")]
    [InlineData("return redis.call('NONSENSE')", RedisErrorKind.UnknownCommand, "Unknown")]
    [InlineData("return redis.error_reply('NOSCRIPT as if')", RedisErrorKind.NoScript, "NOSCRIPT as if")]
    [InlineData("this is no Lua", RedisErrorKind.Other, "compiling")]
    public async Task An_error_of_a_script_is_the_servers_error_of_its_kind(string source, RedisErrorKind kind, string message)
    {
        await using var client = await fixture.ConnectAsync();
        await client.ExecuteAsync(new RedisCommand("SET", "text", "x"));
        var e = await Assert.ThrowsAsync<RedisServerException>(() => new LuaScript(source).ExecuteAsync(client, ["text"], []).AsTask());
        Assert.Equal(kind, e.Kind);
        Assert.Contains(message, e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_error_names_the_line_of_the_source()
    {
        await using var client = await fixture.ConnectAsync();
        var e = await Assert.ThrowsAsync<RedisServerException>(() => new LuaScript("-- first\n\nreturn 1 + nil").ExecuteAsync(client, [], []).AsTask());
        Assert.Contains("user_script:3:", e.Message, StringComparison.Ordinal);
    }

    private static async Task<string> ReplyAsync(ValueTask<RespValue> asked)
    {
        try
        {
            return Describe(await asked);
        }
        catch (RedisServerException e)
        {
            // Where a script raised it, the server adds where.
            return e.Message;
        }
    }

    private static string Describe(RespValue value) => value.Kind is RespKind.Array or RespKind.Map or RespKind.Set
        ? $"{value.Kind} [{string.Join(", ", value.Items.ToArray().Select(Describe))}]"
        : $"{value.Kind} {value.AsString()}";
}
