using System.Net;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Inspector;

/// <summary>Behaviour 12: the inspector only looks, and shows no secret.</summary>
public sealed class SessionInspectorTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private readonly string _user = "user-" + Guid.NewGuid().ToString("N");
    private InspectorApp _inspector = null!;

    public async ValueTask InitializeAsync()
    {
        await redis.Server.CliAsync("FLUSHALL");
        _inspector = await InspectorApp.StartAsync(redis.Server);
    }

    public ValueTask DisposeAsync() => _inspector.DisposeAsync();

    [Fact]
    public async Task Every_session_is_on_some_page_when_one_follows_the_cursor()
    {
        var expected = new List<string> { SessionRedis.PublicOf(_inspector.Admin.Cookie!) };
        for (var i = 0; i < 25; i++)
        {
            using var browser = await _inspector.SignInAsync(_user + i);
            expected.Add(SessionRedis.PublicOf(browser.Cookie!));
        }

        var seen = new HashSet<string>();
        string? next = null;
        do
        {
            var page = await _inspector.JsonAsync("/inspector?size=10" + (next is null ? "" : "&cursor=" + next));
            seen.UnionWith(page["sessions"]!.AsArray().Select(session => (string)session!["id"]!));
            next = (string?)page["next"];
        }
        while (next is not null);

        Assert.Equal(expected.Order(), seen.Order());
    }

    [Fact]
    public async Task The_list_can_be_narrowed_to_one_user()
    {
        using var first = await _inspector.SignInAsync(_user);
        using var second = await _inspector.SignInAsync(_user);
        using var other = await _inspector.SignInAsync("somebody-else");

        var page = await _inspector.JsonAsync("/inspector?user=" + _user);

        Assert.Equal(
            new[] { first, second }.Select(browser => SessionRedis.PublicOf(browser.Cookie!)).Order(),
            page["sessions"]!.AsArray().Select(session => (string)session!["id"]!).Order());
        Assert.All(page["sessions"]!.AsArray(), session => Assert.Equal(_user, (string)session!["userId"]!));
        Assert.Null(page["next"]);
    }

    [Fact]
    public async Task One_session_shows_its_keys_kinds_and_sizes_and_hides_its_values()
    {
        using var browser = await _inspector.SignInAsync(_user);
        await browser.GetAsync("/set?k=card&v=4111111111111111");
        await browser.GetAsync("/set?k=note&v=hello%20there");

        var answer = await _inspector.Admin.GetAsync("/inspector/" + SessionRedis.PublicOf(browser.Cookie!));

        var details = JsonNode.Parse(answer.Body)!;
        Assert.Equal(_user, (string)details["session"]!["userId"]!);
        Assert.Equal("127.0.0.1", (string)details["session"]!["address"]!);
        var values = details["values"]!.AsArray();
        Assert.Equal(["card", "note"], values.Select(value => (string)value!["key"]!));
        Assert.Equal(["json", "text"], values.Select(value => (string)value!["kind"]!));
        Assert.Equal([16, 11], values.Select(value => (int)value!["size"]!));
        Assert.All(values, value => Assert.True((bool)value!["hidden"]!));
        Assert.DoesNotContain("4111", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("hello", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_the_application_allows_are_shown_decoded_and_cut()
    {
        await using var open = await InspectorApp.StartAsync(redis.Server, options =>
        {
            options.ShowsValue = key => key != "password";
            options.MaxValueLength = 16;
        });
        using var browser = await open.SignInAsync(_user);
        await browser.GetAsync("/set?k=cart&v=" + Uri.EscapeDataString("""{"a":[1,2]}"""));
        await browser.GetAsync("/set?k=fits&v=" + new string('x', 16));
        await browser.GetAsync("/set?k=long&v=" + new string('x', 17));
        await browser.GetAsync("/set?k=password&v=hunter2");
        await redis.Server.CliAsync("EVAL", "return redis.call('HSET', KEYS[1], 'raw', '\\255\\0\\1')", "1", SessionRedis.KeyOf(browser.Cookie!));

        var values = (await open.JsonAsync("/inspector/" + SessionRedis.PublicOf(browser.Cookie!)))["values"]!
            .AsArray().ToDictionary(value => (string)value!["key"]!, value => value!);

        Assert.Equal("""{"a":[1,2]}""", values["cart"]["value"]!.ToJsonString());
        Assert.False((bool)values["fits"]["truncated"]!);
        Assert.Equal(new string('x', 16), (string)values["fits"]["value"]!);
        Assert.Equal(new string('x', 16), (string)values["long"]["value"]!);
        Assert.True((bool)values["long"]["truncated"]!);
        Assert.True((bool)values["password"]["hidden"]!);
        Assert.Null(values["password"]["value"]);
        Assert.Equal(("bytes", "/wAB"), ((string)values["raw"]["kind"]!, (string)values["raw"]["value"]!));
    }

    [Fact]
    public async Task Looking_prolongs_no_session_but_the_administrators_own()
    {
        using var browser = await _inspector.SignInAsync(_user);
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("PEXPIRE", key, "100000");

        await _inspector.JsonAsync("/inspector");
        await _inspector.JsonAsync("/inspector?user=" + _user);
        await _inspector.JsonAsync("/inspector/" + SessionRedis.PublicOf(browser.Cookie!));

        Assert.InRange(await redis.Server.PttlAsync(key), 1, 100_000);
    }

    [Fact]
    public async Task No_answer_holds_a_secret_id_even_where_ids_are_not_hashed()
    {
        await using var plain = await InspectorApp.StartAsync(redis.Server, sessions: options =>
        {
            options.HashIds = false;
            options.KeyPrefix = "PLAIN:";
        });
        using var browser = await plain.SignInAsync(_user);
        var id = SessionRedis.PublicOf(browser.Cookie!);

        var list = await plain.Admin.GetAsync("/inspector");
        var details = await plain.Admin.GetAsync("/inspector/" + id);

        Assert.Contains(id, list.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, details.Status);
        Assert.DoesNotContain(browser.Cookie!, list.Body + details.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await plain.Admin.GetAsync("/inspector/" + browser.Cookie)).Status);
    }

    [Fact]
    public async Task A_session_that_is_ended_is_dead_at_its_next_request_and_gone_from_the_inspector()
    {
        using var browser = await _inspector.SignInAsync(_user);
        var path = "/inspector/" + SessionRedis.PublicOf(browser.Cookie!);

        Assert.Equal(HttpStatusCode.NoContent, (await _inspector.DeleteAsync(path)).Status);

        Assert.Equal("anonymous", (await browser.GetAsync("/me")).Body);
        Assert.Equal(HttpStatusCode.NotFound, (await _inspector.Admin.GetAsync(path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _inspector.DeleteAsync(path)).Status);
        Assert.Contains(_inspector.App.Log.OfSessions, line => line.Text.StartsWith("admin ended session ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with/slash and space")]
    public async Task All_sessions_of_a_user_end_at_once_and_others_go_on(string user)
    {
        user += _user;
        using var first = await _inspector.SignInAsync(Uri.EscapeDataString(user));
        using var second = await _inspector.SignInAsync(Uri.EscapeDataString(user));
        using var other = await _inspector.SignInAsync("somebody-else");

        var answer = await _inspector.DeleteAsync("/inspector?user=" + Uri.EscapeDataString(user));

        Assert.Equal("""{"ended":2}""", answer.Body);
        Assert.Equal("anonymous", (await first.GetAsync("/me")).Body);
        Assert.Equal("anonymous", (await second.GetAsync("/me")).Body);
        Assert.Equal("somebody-else", (await other.GetAsync("/me")).Body);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/x")]
    [InlineData("DELETE", "/x")]
    [InlineData("DELETE", "?user=x")]
    public async Task Only_whom_the_policy_admits_gets_in(string method, string path)
    {
        using var stranger = _inspector.App.NewBrowser();
        using var user = await _inspector.SignInAsync(_user);
        foreach (var browser in (Browser[])[stranger, user])
        {
            var answer = await browser.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/inspector" + path));

            Assert.Contains(answer.Status, (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.Redirect]);
            Assert.Equal("", answer.Body);
        }
    }

    [Theory]
    [InlineData("size=0")]
    [InlineData("size=1001")]
    [InlineData("size=x")]
    [InlineData("cursor=x")]
    [InlineData("cursor=-1")]
    public async Task A_question_out_of_range_is_a_400(string query) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await _inspector.Admin.GetAsync("/inspector?" + query)).Status);

    [Fact]
    public async Task Ending_the_sessions_of_nobody_in_particular_is_a_400() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await _inspector.DeleteAsync("/inspector?user=")).Status);

    [Theory]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_session_nobody_has_is_a_404(string id) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _inspector.Admin.GetAsync("/inspector/" + id)).Status);

    [Fact]
    public async Task While_Redis_is_away_the_inspector_is_a_503_that_says_when_to_come_again()
    {
        await using var server = await TestServers.RedisServer.StartAsync();
        await using var inspector = await InspectorApp.StartAsync(server, sessions: options => options.IoTimeout = TimeSpan.FromMilliseconds(300));
        await server.StopAsync();

        var answer = await inspector.Admin.GetAsync("/inspector");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.NotNull(answer.Header("Retry-After"));
    }

    [Fact]
    public async Task Answers_are_kept_in_no_cache() =>
        Assert.Equal("no-store", (await _inspector.Admin.GetAsync("/inspector")).Header("Cache-Control"));

    [Fact]
    public async Task Mapping_without_registering_says_what_to_call()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = web => web.MapSessionInspector("/inspector", "admins"),
        }));

        Assert.Contains("AddSessionInspector", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_out_of_range_fails_the_start_and_is_named()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            InspectorApp.StartAsync(redis.Server, options => options.EventsKept = 1));

        Assert.Equal("Inspector:EventsKept is '1'; allowed: 100 to 1000000.", error.Message);
    }

    [Fact]
    public async Task Options_of_the_inspector_are_good_at_their_bounds_and_do_what_they_say()
    {
        foreach (var (length, kept, lifetime, duration) in new[]
        {
            (16, 100, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)), (65_536, 1_000_000, TimeSpan.FromDays(7), TimeSpan.FromHours(1)),
        })
        {
            await redis.Server.CliAsync("DEL", "SESSION-EVENTS");
            await using var inspector = await InspectorApp.StartAsync(redis.Server, options =>
                (options.MaxValueLength, options.EventsKept, options.EventLifetime, options.StreamDuration) = (length, kept, lifetime, duration));
            await TestServers.Eventually.TrueAsync(async () => await redis.Server.ExistsAsync("SESSION-EVENTS"));
            Assert.InRange(
                await redis.Server.PttlAsync("SESSION-EVENTS"), lifetime.TotalMilliseconds - 30_000, lifetime.TotalMilliseconds);
        }
    }
}
