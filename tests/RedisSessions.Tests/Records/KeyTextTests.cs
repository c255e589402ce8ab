using System.Security.Claims;
using System.Text;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessions.Caching;
using RedisSessions.Records;

using RespClient;

namespace RedisSessions.Tests.Records;

/// <summary>Half a surrogate pair is no text: what UTF-8 puts in its place is one and the same for all 2,048 halves.</summary>
public sealed class KeyTextTests
{
    [Fact]
    public void A_key_is_text_if_and_only_if_utf8_gives_it_back()
    {
        var random = new Random(20261129);
        var characters = new[] { 'a', '\u00E4', '\u6F22', '\uD83C', '\uDF40', '\uD800', '\uDBFF', '\uDC00', '\uDFFF', '\uE000', '\uFFFD' };
        for (var round = 0; round < 20_000; round++)
        {
            var key = new string([.. Enumerable.Range(0, random.Next(0, 7)).Select(_ => characters[random.Next(characters.Length)])]);

            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(key)) == key, KeyNames.IsText(key));
        }
    }

    // By number: the metadata of an attribute has no halves.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_key_with_half_a_surrogate_pair_is_refused_with_its_place_and_reads_as_no_other(int sample)
    {
        var key = new[] { "\uD800", "a\uDC00b", "\uDF40\uD83C" }[sample];
        var fffd = key.Replace('\uD800', '\uFFFD').Replace('\uDC00', '\uFFFD').Replace('\uD83C', '\uFFFD').Replace('\uDF40', '\uFFFD');
        await WithSessionAsync(session =>
        {
            session.SetString(fffd, "other");

            var refused = Assert.Throws<ArgumentException>(() => session.SetString(key, "1"));
            Assert.Equal("key", refused.ParamName);
            Assert.Matches("U\\+D[89A-F]..\\) at position [01]", refused.Message);
            Assert.Throws<ArgumentException>(() => session.Update<int>(key, n => n + 1));
            return Task.CompletedTask;
        });
        await WithSessionAsync(session =>
        {
            session.SetString("x" + fffd, "other");
            Assert.False(session.TryGetValue("x" + key, out _));
            session.Remove("x" + key);
            Assert.Equal(["x" + fffd], session.Keys);
            return session.CommitAsync();
        });
    }

    [Fact]
    public async Task Nobody_signs_in_under_an_id_that_is_no_text()
    {
        await WithSessionAsync((session, context) => Assert.ThrowsAsync<ArgumentException>(() => context.SignInAsync(
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "anna\uD800")], "password")))));
    }

    [Fact]
    public async Task The_cache_has_no_entry_under_a_key_that_is_no_text()
    {
        var cache = new RedisSessionCache(new NoClient(), Options.Create(new RedisSessionCacheOptions()));

        await Assert.ThrowsAsync<ArgumentException>(() => cache.SetStringAsync("a\uD800", "1"));
        await Assert.ThrowsAsync<ArgumentException>(() => cache.GetStringAsync("a\uD800"));
    }

    private static Task WithSessionAsync(Func<ISession, Task> use) => WithSessionAsync((session, _) => use(session));

    private static async Task WithSessionAsync(Func<ISession, HttpContext, Task> use)
    {
        await using var provider = new ServiceCollection()
            .AddLogging(logging => logging.ClearProviders())
            .AddDistributedMemoryCache()
            .AddRedisSessions()
            .AddAuthentication("Session").AddSession().Services
            .BuildServiceProvider();
        var pipeline = new ApplicationBuilder(provider).UseRedisSessions();
        var used = false;
        pipeline.Run(async context =>
        {
            await use(context.Session, context);
            used = true;
        });

        await pipeline.Build()(new DefaultHttpContext { RequestServices = provider });

        Assert.True(used);
    }

    private sealed class NoClient : IRedisClient
    {
        public ValueTask<RespClient.Protocol.RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nothing is sent.");
    }
}
