using RespClient;

namespace SessionLoad;

/// <summary>
/// One bare command for each request, without a session: a <c>GET</c> of 700 bytes, or the <c>HGETALL</c> of a hash like the
/// one that <c>/login</c> makes, which is the command that reads a session.
/// </summary>
internal static class RawGet
{
    private const string Key = "load:raw";
    private const string HashKey = "load:rawhash";
    private const int Size = 700;

    public static async Task PrepareAsync(IServiceProvider services)
    {
        var client = services.GetRequiredService<IRedisClient>();
        await client.ExecuteAsync(new RedisCommand("SET", Key, new string('r', Size)));
        await client.ExecuteAsync(new RedisCommand(
            "HSET",
            [
                HashKey, "@format", "1", "@version", "1", "@created", "1790000000000", "@renewed", "1790000000000",
                "@deadline", "1792592000000", "@lifetime", "604800000", "name", "alice",
                .. Enumerable.Range(1, 5).SelectMany(i => new RedisArgument[] { $"field{i}", new string('x', 100) }),
            ]));
    }

    public static async Task AnswerHashAsync(HttpContext context)
    {
        var client = context.RequestServices.GetRequiredService<IRedisClient>();
        var reply = await client.ExecuteAsync(new RedisCommand("HGETALL", HashKey), context.RequestAborted);
        await context.AnswerAsync(reply.Items.Length);
    }

    public static async Task AnswerAsync(HttpContext context)
    {
        var client = context.RequestServices.GetRequiredService<IRedisClient>();
        var reply = await client.ExecuteAsync(new RedisCommand("GET", Key), context.RequestAborted);
        await context.AnswerAsync(reply.Bytes.Length);
    }
}
