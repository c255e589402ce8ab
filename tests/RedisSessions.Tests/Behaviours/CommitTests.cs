using System.Net;
using System.Net.Sockets;
using System.Text;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 5: committed before the first byte.</summary>
public sealed class CommitTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    public static TheoryData<string> Ways => [.. WaysToAnswer.All];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_new_session_gets_its_cookie_whichever_way_the_handler_answers(string way)
    {
        await using var app = await StartAsync(compressed: false);
        using var browser = app.NewBrowser();

        var answer = await browser.GetAsync("/answer?way=" + way);

        Assert.NotNull(answer.SetCookie);
        Assert.Equal("after", await redis.Server.FieldAsync(SessionRedis.KeyOf(browser.Cookie!), "a"));
        Assert.Equal(WaysToAnswer.BodyOf(way), answer.Body);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_failed_commit_is_a_503_with_nothing_of_the_answer_of_the_handler(string way)
    {
        await using var app = await StartAsync(compressed: false);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=before");

        await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        Answer answer;
        try
        {
            answer = await browser.GetAsync("/answer?way=" + way);
        }
        finally
        {
            await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        }

        AssertUnavailable(answer);
        Assert.Equal("before", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Theory]
    [InlineData("string")]
    [InlineData("stream")]
    [InlineData("json")]
    [InlineData("send-file")]
    public async Task Behind_response_compression_a_failed_commit_is_the_same_503(string way)
    {
        await using var app = await StartAsync(compressed: true);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=before");

        await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        Answer answer;
        try
        {
            answer = await browser.GetAsync("/answer?way=" + way);
        }
        finally
        {
            await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        }

        AssertUnavailable(answer);
        Assert.Equal(WaysToAnswer.BodyOf(way), (await browser.GetAsync("/answer?way=" + way)).Body);
    }

    [Fact]
    public async Task A_handler_that_swallows_the_failure_of_its_write_still_ends_in_a_503()
    {
        await using var app = await StartAsync(compressed: false);
        using var browser = app.NewBrowser();

        await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        try
        {
            AssertUnavailable(await browser.GetAsync("/swallow"));
        }
        finally
        {
            await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        }
    }

    [Fact]
    public async Task A_failed_commit_of_a_head_request_is_a_503_as_well()
    {
        await using var app = await StartAsync(compressed: false);
        using var browser = app.NewBrowser();

        await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        try
        {
            var answer = await browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/head"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
            Assert.Null(answer.SetCookie);
        }
        finally
        {
            await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        }
    }

    [Fact]
    public async Task If_the_handler_throws_nothing_is_committed_and_no_cookie_is_set()
    {
        await using var app = await StartAsync(compressed: false);
        using var browser = app.NewBrowser();
        var before = (await redis.Server.KeysAsync("SESSION:*")).Length;

        var fresh = await browser.GetAsync("/throw");
        await browser.GetAsync("/set?k=k&v=kept");
        await browser.GetAsync("/throw");

        Assert.Equal(HttpStatusCode.InternalServerError, fresh.Status);
        Assert.Null(fresh.SetCookie);
        Assert.Equal("kept", (await browser.GetAsync("/get?k=k")).Body);
        Assert.Equal(before + 1, (await redis.Server.KeysAsync("SESSION:*")).Length);
    }

    [Fact]
    public async Task An_error_page_that_runs_the_pipeline_again_commits_only_what_it_writes_itself()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Before = app => app.UseExceptionHandler("/error-page").UseRouting(),
            Endpoints = app => app.MapGet("/error-page", (HttpContext c) =>
            {
                c.Session.SetString("seen", "error");
                return "sorry";
            }),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=k&v=kept");

        var answer = await browser.GetAsync("/throw");

        Assert.Equal("sorry", answer.Body);
        Assert.Equal("kept", (await browser.GetAsync("/get?k=k")).Body);
        Assert.Equal("error", (await browser.GetAsync("/get?k=seen")).Body);
    }

    [Fact]
    public async Task A_write_after_the_response_has_started_throws_and_says_so()
    {
        string? message = null;
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/late", async (HttpContext c) =>
            {
                await c.Response.WriteAsync("sent");
                await c.Response.Body.FlushAsync();
                message = Assert.Throws<InvalidOperationException>(() => c.Session.SetString("a", "late")).Message;
            }),
        });
        using var browser = app.NewBrowser();

        await browser.GetAsync("/late");

        Assert.Contains("the response has started", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_disconnects_does_not_cancel_the_commit()
    {
        await using var app = await StartAsync(compressed: false);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=before");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        using var impatient = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Get, "/set-when-gone");

        var sent = browser.Clone().SendAsync(request, impatient.Token);
        await app.Gates.ReachedAsync("gone");
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent);

        await TestServers.Eventually.TrueAsync(async () => await redis.Server.FieldAsync(key, "a") == "written");
    }

    [Fact]
    public async Task Bytes_that_go_past_the_session_through_a_body_held_before_wait_for_the_commit_too()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/held", async (HttpContext c) =>
            {
                var held = c.Response.Body;
                c.Session.SetString("a", "after");
                await held.WriteAsync("held"u8.ToArray());
            }),
        });
        using var browser = app.NewBrowser();

        var answer = await browser.GetAsync("/held");

        Assert.Equal("held", answer.Body);
        Assert.NotNull(answer.SetCookie);
        Assert.Equal("after", await redis.Server.FieldAsync(SessionRedis.KeyOf(browser.Cookie!), "a"));
    }

    [Theory]
    [InlineData("/held")]
    [InlineData("/written-before")]
    public async Task Where_bytes_were_on_their_way_before_the_session_was_touched_a_failed_commit_is_never_a_200(string path)
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app =>
            {
                app.MapGet("/held", async (HttpContext c) =>
                {
                    var held = c.Response.Body;
                    c.Session.SetString("a", "after");
                    await held.WriteAsync("held"u8.ToArray());
                });
                app.MapGet("/written-before", (HttpContext c) =>
                {
                    "body"u8.CopyTo(c.Response.BodyWriter.GetSpan(4));
                    c.Response.BodyWriter.Advance(4);
                    c.Session.SetString("a", "after");
                });
            },
        });
        using var browser = app.NewBrowser();

        await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        try
        {
            var answer = await browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
            Assert.DoesNotContain("held", answer.Body, StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            // The connection was closed: not an answer that looks whole.
        }
        finally
        {
            await redis.Server.CliAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        }
    }

    [Fact]
    public async Task An_upgrade_to_another_protocol_carries_the_cookie_of_the_session_it_wrote()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/upgrade", async (HttpContext c) =>
            {
                c.Session.SetString("a", "upgraded");
                await using var stream = await c.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
                Assert.Throws<InvalidOperationException>(() => c.Session.SetString("a", "late"));
                await stream.WriteAsync("hello"u8.ToArray());
            }),
        });
        using var client = new TcpClient(app.Address.Host, app.Address.Port);
        await client.GetStream().WriteAsync(
            "GET /upgrade HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"u8.ToArray());

        var text = await ReadUntilAsync(client.GetStream(), "hello");

        Assert.StartsWith("HTTP/1.1 101", text, StringComparison.Ordinal);
        var secret = text.Split("ssw=")[1].Split(';')[0];
        Assert.Equal("upgraded", await redis.Server.FieldAsync(SessionRedis.KeyOf(secret), "a"));
    }

    private static async Task<string> ReadUntilAsync(NetworkStream stream, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
            if (read == 0)
            {
                break;
            }

            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    internal static void AssertUnavailable(Answer answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.NotNull(answer.Header("Retry-After"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.StartsWith("application/problem+json", answer.Header("Content-Type"), StringComparison.Ordinal);
        Assert.StartsWith("{\"type\"", answer.Body, StringComparison.Ordinal);
        Assert.Null(answer.Header("Location"));
        Assert.Null(answer.Header("X-Handler"));
        Assert.Null(answer.SetCookie);
    }

    private Task<SessionApp> StartAsync(bool compressed) => SessionApp.StartAsync(new SessionAppSetup
    {
        Redis = redis.Server.ConnectionString,
        Services = services =>
        {
            services.Configure<KestrelServerOptions>(o => o.AllowSynchronousIO = true);
            services.AddResponseCompression(o => o.EnableForHttps = true);
        },
        Before = app => _ = compressed ? app.UseResponseCompression() : app,
        Endpoints = app =>
        {
            app.MapGet("/answer", WaysToAnswer.AnswerAsync);
            app.MapMethods("/head", ["HEAD"], (HttpContext c) => c.Session.SetString("a", "head"));
            app.MapGet("/swallow", async (HttpContext c) =>
            {
                c.Session.SetString("a", "after");
                try
                {
                    await c.Response.WriteAsync("body");
                }
                catch (SessionUnavailableException)
                {
                    c.Response.Headers["X-Handler"] = "swallowed";
                }
            });
            app.MapGet("/set-when-gone", async (HttpContext c, Gates gates) =>
            {
                var gone = new TaskCompletionSource();
                using var registration = c.RequestAborted.Register(gone.SetResult);
                _ = gates.PassAsync("gone");
                await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
                c.Session.SetString("a", "written");
            });
        },
    });
}
