using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Cookies;
using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Cookies;

/// <summary>A browser that has two cookies of the name, from two domains or paths, and sends both.</summary>
public sealed class SeveralCookiesTests
{
    private const string Host = "app.example.com";

    [Theory]
    [InlineData("{dead}; ssw={live}")]
    [InlineData("{live}; ssw={dead}")]
    [InlineData("{dead}; ssw=garbage; ssw={other}; ssw={live}")]
    [InlineData("{dead};ssw={dead}; ssw={dead};  ssw={other}; sssw={other}; x=ssw={other}; ssw={live}")]
    public async Task A_dead_cookie_of_the_name_keeps_nobody_from_being_signed_in(string cookies)
    {
        await using var app = await StartAsync();
        var live = await SignInAsync(app, "anna");

        var answer = await SendAsync(app, "/me", "ssw=" + cookies
            .Replace("{live}", live, StringComparison.Ordinal)
            .Replace("{dead}", Dead(), StringComparison.Ordinal)
            .Replace("{other}", Dead(), StringComparison.Ordinal));

        Assert.Equal("anna", answer.Body);
    }

    /// <summary>What a browser keeps when <c>Sessions:Cookie:Domain</c> was taken out, by the rules of RFC 6265bis.</summary>
    [Theory]
    [InlineData(null, "example.com", "/", null, "/")]
    [InlineData(null, Host, "/", null, "/")]
    [InlineData("example.com", null, "/", "example.com", "/")]
    [InlineData(null, null, "/me", null, "/")]
    [InlineData("example.com", "example.com", "/me", "example.com", "/")]
    public async Task The_dead_cookie_is_cleared_and_the_live_one_stays(string? configured, string? deadDomain, string deadPath, string? liveDomain, string livePath)
    {
        await using var app = await StartAsync(o => o.Cookie.Domain = configured);
        var jar = new Jar { [(deadDomain, deadPath)] = Dead(), [(liveDomain, livePath)] = await SignInAsync(app, "anna") };

        var answer = await SendAsync(app, "/me", jar.Header);
        jar.Take(answer);

        Assert.Equal("anna", answer.Body);
        Assert.Equal([(liveDomain, livePath)], jar.Keys);
        Assert.Equal("anna", (await SendAsync(app, "/me", jar.Header)).Body);
        Assert.Null((await SendAsync(app, "/me", jar.Header)).SetCookie);
    }

    [Fact]
    public async Task The_live_cookie_of_a_domain_that_is_no_longer_set_moves_to_the_place_that_is()
    {
        await using var app = await StartAsync();
        var jar = new Jar { [(null, "/")] = Dead(), [("example.com", "/")] = await SignInAsync(app, "anna") };

        jar.Take(await SendAsync(app, "/me", jar.Header));

        Assert.Equal([(null, "/")], jar.Keys);
        Assert.Equal("anna", (await SendAsync(app, "/me", jar.Header)).Body);
    }

    [Fact]
    public async Task Signing_out_with_two_live_cookies_leaves_neither_in_the_browser()
    {
        await using var app = await StartAsync();
        var jar = new Jar { [(null, "/")] = await SignInAsync(app, "anna"), [("example.com", "/")] = await SignInAsync(app, "berta") };

        jar.Take(await SendAsync(app, "/sign-out", jar.Header));

        Assert.Empty(jar);
    }

    /// <summary>Another record with each request that such a browser sends would be a write for each read.</summary>
    [Fact]
    public async Task A_browser_that_keeps_the_other_cookie_is_told_so_again_after_a_minute_and_not_each_time()
    {
        await using var app = await StartAsync();
        var live = await SignInAsync(app, "anna");
        var both = $"ssw={Dead()}; ssw={live}";

        Assert.NotNull((await SendAsync(app, "/me", both)).SetCookie);
        Assert.Null((await SendAsync(app, "/me", both)).SetCookie);
        app.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.NotNull((await SendAsync(app, "/me", both)).SetCookie);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    [InlineData("bad_host.example.com")]
    public async Task A_host_that_has_no_domain_is_sent_none(string host)
    {
        await using var app = await StartAsync();

        var answer = await SendAsync(app, "/me", $"ssw={Dead()}; ssw={await SignInAsync(app, "anna")}", host);

        Assert.DoesNotContain("domain=", answer.SetCookie, StringComparison.Ordinal);
    }

    /// <summary>A browser has one cookie with that prefix at most, so that nothing can be cleared and nobody planted one.</summary>
    [Fact]
    public async Task Over_https_with_the_host_prefix_nothing_is_cleared()
    {
        await using var app = await StartAsync(o => o.Cookie.SecurePolicy = CookieSecurePolicy.Always);
        var live = (await SendAsync(app, "/sign-in?user=anna", "")).SetCookie!.Split('=', ';')[1];

        var answer = await SendAsync(app, "/me", $"__Host-ssw={Dead()}; ssw={Dead()}; __Host-ssw={live}");

        Assert.Equal("anna", answer.Body);
        Assert.StartsWith("__Host-ssw=" + live, Assert.Single(answer.Headers["Set-Cookie"]), StringComparison.Ordinal);
    }

    /// <summary>
    /// Cookies at random from a seed: dead, anonymous, signed in earlier or later. Three different ones are looked at, and of
    /// those the newest sign-in counts, then the newest session without one.
    /// </summary>
    [Fact]
    public async Task Of_the_first_three_ids_the_newest_sign_in_counts_in_whatever_order_they_come()
    {
        var random = new Random(20261129);
        await using var app = await StartAsync();
        var known = new List<(string Id, string Shows, int Rank)>();
        for (var i = 1; i <= 6; i++)
        {
            app.Time.Advance(TimeSpan.FromSeconds(1));
            var anonymous = (await SendAsync(app, "/set?k=a&v=1", "")).SetCookie!.Split('=', ';')[1];
            known.Add((anonymous, "anonymous", i));
            app.Time.Advance(TimeSpan.FromSeconds(1));
            known.Add((await SignInAsync(app, $"user{i}"), $"user{i}", 100 + i));
            known.Add((Dead(), "anonymous", 0));
        }

        for (var round = 0; round < 150; round++)
        {
            var sent = Enumerable.Range(0, random.Next(1, 7)).Select(_ => known[random.Next(known.Count)]).ToArray();
            var expected = sent.DistinctBy(one => one.Id).Take(3).MaxBy(one => one.Rank);

            var answer = await SendAsync(app, "/me", string.Join("; ", sent.Select(one => "ssw=" + one.Id)));

            Assert.Equal(expected.Shows, answer.Body);
            if (answer.Headers.TryGetValue("Set-Cookie", out var lines))
            {
                // The one that counts comes last, and nothing before it is for its place.
                Assert.StartsWith("ssw=" + expected.Id, lines[^1], StringComparison.Ordinal);
                Assert.All(lines[..^1], line => Assert.True(line.StartsWith("ssw=;", StringComparison.Ordinal) && Jar.PlaceOf(line) != (null, "/"), line));
            }
        }
    }

    [Fact]
    public async Task Several_ids_of_a_browser_are_asked_for_at_once_and_not_one_after_another()
    {
        await using var redis = await TestServers.RedisServer.StartAsync();
        await using var proxy = TestServers.Proxy.FaultProxy.Start(redis.Port);
        await using var app = await SessionApp.StartAsync(proxy.ConnectionString, o => o.IoTimeout = TimeSpan.FromSeconds(20));
        var live = await SignInAsync(app, "anna");
        await using var monitor = await redis.MonitorAsync();

        proxy.HalfOpen(TestServers.Proxy.Direction.ToClient);
        var request = SendAsync(app, "/me", $"ssw={Dead()}; ssw={live}; ssw={Dead()}");
        var asked = 0;
        await TestServers.Eventually.TrueAsync(async () =>
            (asked += (await monitor.SessionCommandsAsync()).Count(command => command.StartsWith("\"HGETALL\"", StringComparison.Ordinal))) == 3);
        proxy.Heal();

        Assert.Equal("anna", (await request).Body);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("no id")]
    public async Task Signing_out_takes_a_cookie_away_that_no_session_belongs_to(string what)
    {
        await using var app = await StartAsync();

        var answer = await SendAsync(app, "/sign-out", "ssw=" + (what == "unknown" ? Dead() : "garbage"));

        Assert.StartsWith("ssw=;", answer.SetCookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cookie_of_another_application_whose_name_ends_with_ours_is_not_read()
    {
        await using var app = await StartAsync();
        var live = await SignInAsync(app, "anna");

        Assert.Equal("anonymous", (await SendAsync(app, "/me", $"other-ssw={live}; x=1;bssw={live}")).Body);
        Assert.Equal("anna", (await SendAsync(app, "/me", $"x=1;ssw={live}")).Body);
    }

    private static string Dead() => SessionId.New().ToSecret();

    private static async Task<string> SignInAsync(SessionApp app, string user) =>
        (await SendAsync(app, "/sign-in?user=" + user, "")).SetCookie!.Split('=', ';')[1];

    private static async Task<Answer> SendAsync(SessionApp app, string path, string cookies, string host = Host)
    {
        using var browser = app.NewBrowser();
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
        if (cookies.Length > 0)
        {
            request.Headers.Add("Cookie", cookies);
        }

        var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }

    private static Task<SessionApp> StartAsync(Action<RedisSessionOptions>? options = null) => SessionApp.StartAsync(new SessionAppSetup
    {
        Options = options,
        Services = services => services.AddDistributedMemoryCache(),
    });

    /// <summary>Cookies of one name by domain and path, as a browser keeps them.</summary>
    private sealed class Jar : Dictionary<(string? Domain, string Path), string>
    {
        public string Header => string.Join("; ", Values.Select(id => "ssw=" + id));

        public void Take(Answer answer)
        {
            foreach (var line in answer.Headers["Set-Cookie"])
            {
                if (line.StartsWith("ssw=;", StringComparison.Ordinal))
                {
                    Remove(PlaceOf(line));
                }
                else
                {
                    this[PlaceOf(line)] = line.Split('=', ';')[1];
                }
            }
        }

        public static (string? Domain, string Path) PlaceOf(string line)
        {
            string? Attribute(string name) => line.Split(';').Select(part => part.Trim())
                .FirstOrDefault(part => part.StartsWith(name + "=", true, CultureInfo.InvariantCulture))?[(name.Length + 1)..];
            return (Attribute("domain"), Attribute("path")!);
        }
    }
}
