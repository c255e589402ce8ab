using System.Diagnostics;
using System.Text;

using Microsoft.Extensions.Options;

using RedisSessions.Catalog;
using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 12: who looks at sessions changes nothing.</summary>
public sealed class CatalogTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Paging_by_cursor_finds_every_session_extends_no_ttl_and_runs_no_keys_command()
    {
        await redis.Server.CliAsync("FLUSHALL");
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        var ids = new HashSet<string>();
        for (var i = 0; i < 30; i++)
        {
            using var browser = app.NewBrowser();
            await browser.GetAsync("/sign-in?user=user" + i);
            ids.Add(SessionRedis.PublicOf(browser.Cookie!));
            await redis.Server.CliAsync("PEXPIRE", SessionRedis.KeyOf(browser.Cookie!), "50000");
        }

        await using var monitor = await redis.Server.MonitorAsync();
        var found = new Dictionary<string, SessionSummary>();
        string? cursor = null;
        do
        {
            var page = await app.Get<SessionCatalog>().ListAsync(cursor, 7);
            foreach (var session in page.Sessions)
            {
                found[session.Id] = session;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(ids.Order(), found.Keys.Order());
        Assert.Equal(30, found.Values.Select(session => session.UserId).Distinct().Count());
        var commands = await monitor.CommandsAsync();
        Assert.DoesNotContain(commands, line => line.StartsWith("\"KEYS\"", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(commands, line => line.StartsWith("\"EVAL", StringComparison.OrdinalIgnoreCase));
        Assert.InRange(await redis.Server.PttlAsync("SESSION:" + ids.First()), 1, 50_000);
    }

    [Fact]
    public async Task One_session_is_shown_with_its_values_and_without_its_ticket_and_secret()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.RenewAfter = TimeSpan.Zero);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/sign-in?user=anna");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("PEXPIRE", key, "50000");

        var details = await app.Get<SessionCatalog>().FindAsync(SessionRedis.PublicOf(browser.Cookie!));

        Assert.NotNull(details);
        Assert.Equal("anna", details.Summary.UserId);
        Assert.Equal("1", Encoding.UTF8.GetString(Assert.Single(details.Values).Value.Span));
        Assert.Equal(2, details.Size);
        Assert.InRange(await redis.Server.PttlAsync(key), 1, 50_000);
    }

    [Theory]
    [InlineData("@lifetime", "9000000000000000000")]
    [InlineData("@lifetime", "-1")]
    [InlineData("@renewed", "253402300799999")]
    public async Task A_record_with_absurd_times_is_left_out_and_the_others_are_listed(string field, string value)
    {
        await redis.Server.CliAsync("FLUSHALL");
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.KeyPrefix = $"ABSURD{Guid.NewGuid():N}:");
        var user = "user-" + Guid.NewGuid();
        using var good = app.NewBrowser();
        using var absurd = app.NewBrowser();
        await good.GetAsync("/sign-in?user=" + user);
        await absurd.GetAsync("/sign-in?user=" + user);
        var prefix = app.Get<IOptions<RedisSessionOptions>>().Value.KeyPrefix;
        await redis.Server.CliAsync("HSET", prefix + SessionRedis.PublicOf(absurd.Cookie!), field, value);

        var page = await app.Get<SessionCatalog>().ListAsync(null, 1000);
        var own = await app.Get<UserSessions>().ListAsync(user);

        Assert.Equal(SessionRedis.PublicOf(good.Cookie!), Assert.Single(page.Sessions).Id);
        Assert.Equal(SessionRedis.PublicOf(good.Cookie!), Assert.Single(own).Id);
        Assert.Equal("anonymous", (await absurd.GetAsync("/me")).Body);
    }

    [Theory]
    [InlineData("no id")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_session_that_does_not_exist_is_neither_found_nor_ended(string id)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);

        Assert.Null(await app.Get<SessionCatalog>().FindAsync(id));
        Assert.False(await app.Get<SessionCatalog>().EndAsync(id));
    }

    [Fact]
    public async Task With_ids_not_hashed_sessions_are_listed_found_and_ended_by_their_public_id()
    {
        await redis.Server.CliAsync("FLUSHALL");
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o =>
        {
            o.HashIds = false;
            o.KeyPrefix = "OPEN:";
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");
        var id = SessionRedis.PublicOf(browser.Cookie!);
        var catalog = app.Get<SessionCatalog>();

        var page = await catalog.ListAsync(null);

        Assert.Equal(id, Assert.Single(page.Sessions).Id);
        Assert.NotNull(await catalog.FindAsync(id));
        Assert.True(await catalog.EndAsync(id));
        Assert.Equal("anonymous", (await browser.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task Among_a_hundred_thousand_sessions_a_page_takes_less_than_200_ms_and_no_command_blocks_for_5_ms()
    {
        await redis.Server.CliAsync("FLUSHALL");
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");
        await FillAsync(100_000);
        var catalog = app.Get<SessionCatalog>();
        await catalog.ListAsync(null);
        await redis.Server.CliAsync("CONFIG", "SET", "slowlog-log-slower-than", "5000");
        await redis.Server.CliAsync("SLOWLOG", "RESET");

        var times = new List<TimeSpan>();
        string? cursor = null;
        for (var i = 0; i < 20; i++)
        {
            var watch = Stopwatch.StartNew();
            var page = await catalog.ListAsync(cursor);
            times.Add(watch.Elapsed);
            Assert.InRange(page.Sessions.Count, 50, 300);
            cursor = page.NextCursor;
        }

        Assert.InRange(times.Order().ElementAt(10), TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        Assert.Equal("0", await redis.Server.CliAsync("SLOWLOG", "LEN"));
    }

    // Keys as the library makes them: 43 characters of base64url.
    private Task<string> FillAsync(int count) => redis.Server.CliAsync(
        "EVAL",
        """
        for i = 1, ARGV[1] do
            local key = 'SESSION:' .. string.sub(redis.sha1hex(i) .. redis.sha1hex(-i), 1, 42) .. 'A'
            redis.call('HSET', key, '@format', 1, '@version', 1, '@created', 1700000000000, '@renewed', 1700000000000,
                '@lifetime', 604800000, 'name', 'value')
            redis.call('PEXPIRE', key, 604800000)
        end
        """,
        "0",
        count.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
