using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 3: merge by key, without locks and without retries.</summary>
public sealed class MergeTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Twenty_parallel_requests_that_write_twenty_keys_keep_all_twenty()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=first&v=1");

        var requests = Enumerable.Range(0, 20)
            .Select(i => browser.Clone().GetAsync($"/gated-set?k=k{i}&v={i}&gate=g{i}")).ToArray();
        for (var i = 0; i < 20; i++)
        {
            await app.Gates.ReachedAsync($"g{i}"); // all have loaded before any writes
        }

        for (var i = 0; i < 20; i++)
        {
            app.Gates.Open($"g{i}");
        }

        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var keys = (await browser.GetAsync("/keys")).Body.Split(',');
        Assert.Equal(21, keys.Length);
    }

    [Fact]
    public async Task A_slow_read_never_undoes_a_write_made_meanwhile()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.RenewAfter = TimeSpan.Zero);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=old");

        var slow = browser.Clone().GetAsync("/gated-get?k=a&gate=slow");
        await app.Gates.ReachedAsync("slow");
        await browser.GetAsync("/set?k=a&v=new");
        app.Gates.Open("slow");

        Assert.Equal("old", (await slow).Body);
        Assert.Equal("new", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task Removing_one_key_beside_setting_another_keeps_both_changes()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=k1&v=1");

        var slow = browser.Clone().GetAsync("/gated-set?k=k2&v=2&gate=slow");
        await app.Gates.ReachedAsync("slow");
        await browser.GetAsync("/remove?k=k1");
        app.Gates.Open("slow");
        await slow;

        Assert.Equal("k2", (await browser.GetAsync("/keys")).Body);
    }

    [Fact]
    public async Task On_one_key_the_request_that_commits_last_wins()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=0");

        var slow = browser.Clone().GetAsync("/gated-set?k=a&v=last&gate=slow");
        await app.Gates.ReachedAsync("slow");
        await browser.GetAsync("/set?k=a&v=first");
        app.Gates.Open("slow");
        await slow;

        Assert.Equal("last", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_thousand_parallel_updates_of_one_counter_count_to_exactly_a_thousand()
    {
        // A busy machine may take longer for a thousand requests at once than a request may wait for Redis.
        await using var one = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.IoTimeout = TimeSpan.FromSeconds(20));
        await using var two = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.IoTimeout = TimeSpan.FromSeconds(20));
        using var browser = one.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        using var other = browser.At(two.Address);

        var requests = Enumerable.Range(0, 1000).Select(i => (i % 2 == 0 ? browser : other).GetAsync("/count")).ToArray();

        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal("1000", await redis.Server.FieldAsync(SessionRedis.KeyOf(browser.Cookie!), "n"));
    }

    [Fact]
    public async Task An_update_runs_again_with_the_value_another_request_has_committed_meanwhile()
    {
        var seen = new List<int>();
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/gated-update", async (HttpContext c, Gates gates) =>
            {
                c.Session.Update<int>("n", n =>
                {
                    seen.Add(n);
                    return n + 10;
                });
                await gates.PassAsync("update");
            }),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/count");

        var slow = browser.Clone().GetAsync("/gated-update");
        await app.Gates.ReachedAsync("update");
        await browser.GetAsync("/count");
        app.Gates.Open("update");
        await slow;

        Assert.Equal([1, 2], seen);
        Assert.Equal("12", await redis.Server.FieldAsync(SessionRedis.KeyOf(browser.Cookie!), "n"));
    }

    [Fact]
    public async Task An_update_that_changes_nothing_on_the_value_of_another_request_writes_nothing()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Options = o => o.RenewAfter = TimeSpan.Zero,
            Endpoints = app => app.MapGet("/at-least-two", async (HttpContext c, Gates gates) =>
            {
                c.Session.Update<int>("n", n => Math.Max(n, 2));
                await gates.PassAsync("update");
            }),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/count");

        var slow = browser.Clone().GetAsync("/at-least-two");
        await app.Gates.ReachedAsync("update");
        await browser.GetAsync("/count");
        await browser.GetAsync("/count");
        app.Gates.Open("update");
        await slow;

        Assert.Equal("n", (await browser.GetAsync("/keys")).Body);
        Assert.Equal("3", (await browser.GetAsync("/get?k=n")).Body);
    }

    [Theory]
    [InlineData("a", false)]
    [InlineData("b", false)]
    [InlineData("a", true)]
    [InlineData("b", true)]
    public async Task Two_exact_updates_of_one_request_run_again_on_what_is_there_whichever_of_them_another_has_changed(string changed, bool areProtected)
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Options = o => o.ProtectData = areProtected,
            Endpoints = app =>
            {
                app.MapGet("/put", (string k, int v, HttpContext c) => c.Session.Set<int>(k, v));
                app.MapGet("/both", (HttpContext c) => $"{c.Session.Get<int>("a")} {c.Session.Get<int>("b")}");
                app.MapGet("/update-both", async (HttpContext c, Gates gates) =>
                {
                    c.Session.Update<int>("a", n => n + 1);
                    c.Session.Update<int>("a", n => n * 10);
                    c.Session.Update<int>("b", n => n + 5);
                    await gates.PassAsync("update");
                });
            },
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/put?k=a&v=1");
        await browser.GetAsync("/put?k=b&v=2");

        var slow = browser.Clone().GetAsync("/update-both");
        await app.Gates.ReachedAsync("update");
        await browser.GetAsync($"/put?k={changed}&v=7");
        app.Gates.Open("update");

        Assert.Equal(HttpStatusCode.OK, (await slow).Status);
        Assert.Equal(changed == "a" ? "80 7" : "20 12", (await browser.GetAsync("/both")).Body);
    }

    [Theory]
    [InlineData("/set-then-update", "6")]
    [InlineData("/update-then-set", "5")]
    public async Task An_update_on_a_value_that_this_request_has_set_needs_no_agreement_with_others(string path, string expected)
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app =>
            {
                app.MapGet("/set-then-update", async (HttpContext c, Gates gates) =>
                {
                    c.Session.Set<int>("n", 5);
                    c.Session.Update<int>("n", n => n + 1);
                    await gates.PassAsync("update");
                });
                app.MapGet("/update-then-set", async (HttpContext c, Gates gates) =>
                {
                    c.Session.Update<int>("n", n => n + 1);
                    c.Session.Set<int>("n", 5);
                    await gates.PassAsync("update");
                });
            },
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/count");

        var slow = browser.Clone().GetAsync(path);
        await app.Gates.ReachedAsync("update");
        await browser.GetAsync("/count");
        app.Gates.Open("update");
        await slow;

        Assert.Equal(expected, await redis.Server.FieldAsync(SessionRedis.KeyOf(browser.Cookie!), "n"));
    }

    [Fact]
    public async Task An_update_that_runs_again_is_held_to_the_size_of_what_is_there_now()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Options = o => o.MaxSize = 2000,
            Endpoints = app =>
            {
                app.MapGet("/put", (int length, HttpContext c) => c.Session.Set<string>("n", new string('x', length)));
                app.MapGet("/append", async (HttpContext c, Gates gates) =>
                {
                    c.Session.Update<string>("n", before => before + new string('x', 900));
                    await gates.PassAsync("append");
                });
            },
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/put?length=1");

        var slow = browser.Clone().GetAsync("/append");
        await app.Gates.ReachedAsync("append");
        await browser.GetAsync("/put?length=1500");
        app.Gates.Open("append");

        Assert.Equal(HttpStatusCode.InternalServerError, (await slow).Status);
        Assert.Equal("1502", await redis.Server.CliAsync("HSTRLEN", SessionRedis.KeyOf(browser.Cookie!), "n"));
    }

    [Fact]
    public async Task An_update_over_encrypted_values_is_exact_as_well()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.ProtectData = true);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/count");

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => browser.Clone().GetAsync("/count")));

        Assert.Equal("42", (await browser.GetAsync("/count")).Body);
    }

    [Fact]
    public async Task One_key_of_a_session_of_64_kilobytes_is_changed_with_less_than_300_bytes_on_the_wire()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/fill", (HttpContext c) =>
            {
                for (var i = 0; i < 64; i++)
                {
                    c.Session.SetString("filler" + i, new string('x', 1024));
                }
            }),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=0");
        await browser.GetAsync("/set?k=a&v=1"); // the server knows the script afterwards
        await browser.GetAsync("/fill");

        var (inBefore, outBefore) = await TrafficAsync();
        await browser.GetAsync("/untouched"); // the load alone
        var (inLoad, outLoad) = await TrafficAsync();
        await browser.GetAsync("/set?k=a&v=2"); // the load and the write
        var (inAll, outAll) = await TrafficAsync();

        var write = inAll - inLoad - (inLoad - inBefore) + (outAll - outLoad - (outLoad - outBefore));
        Assert.InRange(write, 50, 299);
        Assert.Equal("2", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task Thirty_two_parallel_writers_of_one_session_send_one_write_each()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=0");
        await browser.GetAsync("/set?k=a&v=1");
        await using var monitor = await redis.Server.MonitorAsync();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(i => browser.Clone().GetAsync($"/set?k=k{i}&v={i}")));

        var commands = await monitor.SessionCommandsAsync();
        Assert.Equal(32, commands.Count(line => line.StartsWith("\"EVALSHA\"", StringComparison.Ordinal)));
        Assert.Equal(64, commands.Length);
    }

    // Redis' own counters; asking for them costs the same each time and drops out of the differences.
    private async Task<(long In, long Out)> TrafficAsync()
    {
        var stats = (await redis.Server.CliAsync("INFO", "stats")).Split('\n')
            .Select(line => line.Trim().Split(':')).Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1]);
        return (
            long.Parse(stats["total_net_input_bytes"], CultureInfo.InvariantCulture),
            long.Parse(stats["total_net_output_bytes"], CultureInfo.InvariantCulture));
    }
}
