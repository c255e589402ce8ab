using System.Net;
using System.Text.Json;

using RedisSessionWeb.Tests.Host;

using TestServers;
using TestServers.Smtp;

namespace RedisSessionWeb.Tests.Pages;

/// <summary>What admins see of mail that could not be delivered.</summary>
public sealed class OutgoingMailTests : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private SmtpServer _smtp = null!;
    private RunningApp _app = null!;
    private Visit _admin = null!;

    public async ValueTask InitializeAsync()
    {
        (_redis, _smtp) = (await RedisServer.StartAsync(), await SmtpServer.StartAsync(startTls: false));
        string[] settings = [.. AppFixture.Settings, "Inspector:Admins:0=admin@example.com"];
        // The admin registers while mail stays in the development mailbox.
        await using (var before = await RunningApp.StartAsync(_redis.ConnectionString, settings))
        {
            using var visit = new Visit(before);
            await visit.RegisterAsync("admin@example.com", "Admin", "correct horse battery");
            _app = await RunningApp.StartAsync(
                _redis.ConnectionString,
                [.. settings, "Smtp:Host=127.0.0.1", $"Smtp:Port={_smtp.Port}", "Smtp:StartTls=false", "Smtp:From=codes@example.org"]);
            _admin = new Visit(_app);
            _admin.Cookies.Add(visit.Cookies.GetAllCookies());
        }
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _app.DisposeAsync();
        await _smtp.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_refused_mail_is_listed_with_its_masked_address_its_kind_and_the_reason()
    {
        await _smtp.BehaveAsync(SmtpMode.Never);
        using var visit = new Visit(_app);
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", "victim.longname@example.com"));

        await Eventually.TrueAsync(async () =>
        {
            await _admin.OpenAsync("/inspector/mail");
            return _admin.Main.Contains("1 given up", StringComparison.Ordinal);
        });

        var cells = Assert.Single(_admin.Page.QuerySelectorAll("tbody tr")).QuerySelectorAll("th, td").Select(c => c.TextContent.Trim()).ToArray();
        Assert.Equal(["v***@example.com", "register", "1", "SMTP 550"], [cells[0], cells[1], cells[3], cells[4]]);
        Assert.NotNull(_admin.Page.QuerySelector("tbody time[datetime]"));
        Assert.DoesNotContain("victim", _admin.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await (await _admin.AskForJsonAsync("/inspector/mail")).Content.ReadAsStringAsync());
        var letter = Assert.Single(json.RootElement.GetProperty("deadLetters").EnumerateArray());
        Assert.Equal(("v***@example.com", "SMTP 550"), (letter.GetProperty("to").GetString(), letter.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Without_a_refused_mail_the_page_says_so_instead_of_an_empty_table()
    {
        await _admin.OpenAsync("/inspector/mail");

        Assert.Equal(HttpStatusCode.OK, _admin.Response.StatusCode);
        Assert.Null(_admin.Page.QuerySelector("table"));
        Assert.Contains("No mail was given up.", _admin.Main, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_is_to_be_tried_again_is_counted_and_not_listed()
    {
        await _smtp.BehaveAsync(SmtpMode.Later);
        using var visit = new Visit(_app);
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", "later@example.com"));

        await Eventually.TrueAsync(async () =>
        {
            await _admin.OpenAsync("/inspector/mail");
            return _admin.Main.Contains("0 waiting, 1 to be tried again, 0 given up", StringComparison.Ordinal);
        });

        Assert.Null(_admin.Page.QuerySelector("table"));
    }
}
