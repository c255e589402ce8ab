using RedisSessions.Cookies;
using RedisSessions.Records;

namespace RedisSessions.Tests.Stores;

public sealed class SessionKeysTests
{
    // More than there are places for, so that most are driven out by another and come back.
    private static readonly SessionId[] Ids = [.. Enumerable.Range(0, 20_000).Select(_ => SessionId.New())];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Many_ids_at_once_each_get_their_own_key_every_time(bool hashIds)
    {
        var keys = new SessionKeys(new RedisSessionOptions { HashIds = hashIds });

        Parallel.For(0, Ids.Length * 4, i =>
        {
            var id = Ids[i * 7919 % Ids.Length];
            Assert.Equal("SESSION:" + (hashIds ? id.ToPublic() : id.ToSecret()), keys.Record(id));
        });
    }

    [Fact]
    public void The_key_of_an_id_seen_just_before_is_not_made_again()
    {
        var keys = new SessionKeys(new RedisSessionOptions());

        Assert.Same(keys.Record(Ids[0]), keys.Record(Ids[0]));
    }
}
