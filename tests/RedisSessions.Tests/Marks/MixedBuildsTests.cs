using System.Text;

using Microsoft.Extensions.Options;

using RedisSessions.Caching;
using RedisSessions.Records;
using RedisSessions.Redis;
using RedisSessions.Tests.Hosting;

using RespClient;

namespace RedisSessions.Tests.Marks;

/// <summary>
/// Instances that know marks and instances of the build before, which take a record along with its mark, write, renew and
/// move one record in turn. The scripts of the build before lie beside this file.
/// </summary>
public sealed class MixedBuildsTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly string ChangeBefore = Script("Change.lua");
    private static readonly string CreateBefore = Script("Create.lua");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whoever_wrote_or_moved_a_record_last_nobody_takes_it_for_another_sessions(int seed)
    {
        await using var client = await RedisClient.ConnectAsync(redis.Server.ConnectionString);
        var builds = new Builds(client);
#pragma warning disable CA5394 // A schedule that can be repeated.
        var random = new Random(seed);
        var (key, isNew) = (NewKey(random), random.Next(2) == 0);
        await builds.CreateAsync(isNew, Fields(new FieldWrite { Key = key, TimeToLive = TimeSpan.FromHours(1) }));
        for (var version = 1; version < 400; version++)
        {
            await AssertIsFoundAsync(client, key, version, isNew);
            isNew = random.Next(2) == 0;
            var moves = random.Next(3) == 0;
            var write = new FieldWrite
            {
                Key = key,
                NewKey = moves ? NewKey(random) : null,
                IndexKey = random.Next(4) == 0 ? "SESSION-USER:anna" : null,
                TimeToLive = random.Next(3) == 0 ? TimeSpan.FromHours(1) : null,
                KeepsLifetime = random.Next(2) == 0,
            };
            if (random.Next(3) > 0)
            {
                write.Set("a", Encoding.ASCII.GetBytes($"{version}"));
            }
            else
            {
                write.Remove("b");
            }

            var answer = await builds.ChangeAsync(isNew, isSplit: random.Next(3) == 0, write);
            Assert.Equal((FieldStatus.Written, version + 1L), (answer.Status, answer.Version));
            if (moves)
            {
                Assert.Equal(0, (await client.ExecuteAsync(new RedisCommand("EXISTS", key))).AsInt64());
                key = write.NewKey!;
            }
        }
#pragma warning restore CA5394
    }

    private static async Task AssertIsFoundAsync(RedisClient client, string key, int version, bool isNew)
    {
        var reply = await client.ExecuteAsync(new RedisCommand("HGETALL", key));
        var reading = RecordLayout.Read(key, reply, ValueProtection.None);
        Assert.Equal((RecordReadingKind.Found, (long)version), (reading.Kind, reading.Record?.Version ?? 0));

        // As the answer to somebody else's question: known to be foreign exactly where the last one to write knew marks.
        var elsewhere = RecordLayout.Read(key[..^3] + "xyz", reply, ValueProtection.None).Kind;
        Assert.Equal(isNew ? RecordReadingKind.Foreign : RecordReadingKind.Found, elsewhere);
        Assert.InRange((await client.ExecuteAsync(new RedisCommand("PTTL", key))).AsInt64(), 1, 3_600_000);
    }

    private static FieldWrite Fields(FieldWrite write)
    {
        write.Set(RecordLayout.Format, "1"u8.ToArray());
        write.Set(RecordLayout.Lifetime, "3600000"u8.ToArray());
        write.Set("b", "stays"u8.ToArray());
        return write;
    }

#pragma warning disable CA5394
    private static string NewKey(Random random) => "SESSION:" + new string(random.GetItems("abcdefghijklmnopqrstuvw0123456789".AsSpan(), 43));
#pragma warning restore CA5394

    private static string Script(string name)
    {
        using var stream = typeof(MixedBuildsTests).Assembly.GetManifestResourceStream(typeof(MixedBuildsTests), "Before." + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Both builds on one Redis.</summary>
    private sealed class Builds(RedisClient client)
    {
        private readonly IFieldCache _cache = new RedisSessionCache(client, Options.Create(new RedisSessionCacheOptions()));

        public async Task CreateAsync(bool isNew, FieldWrite write)
        {
            if (isNew)
            {
                await _cache.CreateAsync(write, null, CancellationToken.None);
                return;
            }

            var arguments = new RedisArgument[FieldArguments.CountToCreate(write)];
            FieldArguments.Create(write, arguments);
            await client.ExecuteAsync(new RedisCommand("EVAL", [CreateBefore, 1, write.Key, .. arguments]));
        }

        public Task<FieldAnswer> ChangeAsync(bool isNew, bool isSplit, FieldWrite write) => (isNew, isSplit) switch
        {
            (true, false) => _cache.ChangeAsync(write, null, CancellationToken.None).AsTask(),
            (true, true) => new SplitFieldCommands(client).ChangeAsync(
                write, () => _cache.ChangeAsync(Alone(write), null, CancellationToken.None), CancellationToken.None).AsTask(),
            (false, false) => EvaluateAsync(write, write.NewKey, write.IndexKey),
            (false, true) => SplitBeforeAsync(write),
        };

        private async Task<FieldAnswer> SplitBeforeAsync(FieldWrite write)
        {
            var answer = await EvaluateAsync(write, null, null);
            if (write.NewKey is { } newKey)
            {
                var left = (await client.ExecuteAsync(new RedisCommand("PTTL", write.Key))).AsInt64();
                var content = (await client.ExecuteAsync(new RedisCommand("DUMP", write.Key))).Bytes;
                await client.ExecuteAsync(new RedisCommand("RESTORE", newKey, left, content, "REPLACE"));
                await client.ExecuteAsync(new RedisCommand("UNLINK", write.Key));
            }

            return answer;
        }

        private async Task<FieldAnswer> EvaluateAsync(FieldWrite write, string? newKey, string? indexKey)
        {
            RedisArgument[] keys = [write.Key, .. new[] { newKey, indexKey }.OfType<string>().Select(key => (RedisArgument)key)];
            var arguments = new RedisArgument[FieldArguments.CountToChange(write, newKey is not null, indexKey is not null)];
            FieldArguments.Change(write, newKey is not null, indexKey is not null, arguments);
            return FieldAnswer.Read(await client.ExecuteAsync(new RedisCommand("EVAL", [ChangeBefore, keys.Length, .. keys, .. arguments])));
        }

        // The same without the keys of other slots.
        private static FieldWrite Alone(FieldWrite write)
        {
            var alone = new FieldWrite { Key = write.Key, TimeToLive = write.TimeToLive, KeepsLifetime = write.KeepsLifetime };
            foreach (var (field, value) in write.Sets)
            {
                alone.Set(field, value);
            }

            foreach (var field in write.Removed)
            {
                alone.Remove(field);
            }

            return alone;
        }
    }
}
