using RespClient;

namespace SessionLoad;

/// <summary>One <c>GET</c> of 700 bytes for each request: what one bare round trip costs, without a session.</summary>
internal static class RawGet
{
    private const string Key = "load:raw";
    private const int Size = 700;

    public static async Task PrepareAsync(IServiceProvider services) =>
        await services.GetRequiredService<IRedisClient>().ExecuteAsync(new RedisCommand("SET", Key, new string('r', Size)));

    public static async Task AnswerAsync(HttpContext context)
    {
        var client = context.RequestServices.GetRequiredService<IRedisClient>();
        var reply = await client.ExecuteAsync(new RedisCommand("GET", Key), context.RequestAborted);
        await context.AnswerAsync(reply.Bytes.Length);
    }
}
