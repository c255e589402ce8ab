using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using RedisSessionWeb.Tests.Host;

using TestServers;
using TestServers.Sms;

namespace RedisSessionWeb.Tests.Sms;

/// <summary>Codes by text message for clients that are no pages: always 200, the outcome as a number.</summary>
public sealed class SmsRouteTests(SmsFixture fixture) : IClassFixture<SmsFixture>, IDisposable
{
    private readonly HttpClient _http = fixture.App.CreateClient();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_captcha_comes_as_a_picture_with_the_challenge_to_answer()
    {
        using var response = await _http.GetAsync("/img");
        var captcha = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(200, captcha["code"]!.GetValue<int>());
        Assert.Matches("^[A-Za-z0-9_-]{32}$", captcha["challenge"]!.GetValue<string>());
        Assert.Equal((8, 120), (captcha["work_bits"]!.GetValue<int>(), captcha["expires_in"]!.GetValue<int>()));
        var image = captcha["image"]!.GetValue<string>();
        Assert.StartsWith("data:image/png;base64,", image, StringComparison.Ordinal);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], Convert.FromBase64String(image.Split(',')[1])[..4]);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_solved_captcha_sends_one_message_and_the_answer_is_200()
    {
        var answer = await SendAsync("+49 151 20000001", await SolveAsync());
        await Eventually.TrueAsync(() => To("+4915120000001").Count == 1);

        Assert.Equal((200, "+4915120000001"), (Number(answer), answer["phone"]!.GetValue<string>()));
        Assert.Equal((60, 600), (answer["resend_after"]!.GetValue<int>(), answer["expires_in"]!.GetValue<int>()));
        var text = To("+4915120000001")[0]["Body"];
        Assert.Contains("reference " + answer["reference"]!.GetValue<string>(), text, StringComparison.Ordinal);
        Assert.Matches(@"\n@example\.com #\d{6}$", text);
    }

    [Fact]
    public async Task The_message_is_in_the_language_that_the_client_asks_for()
    {
        _http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");

        await SendAsync("+8613800138001", await SolveAsync());
        await Eventually.TrueAsync(() => To("+8613800138001").Count == 1);

        Assert.StartsWith("【RedisSessionWeb】验证码 ", To("+8613800138001")[0]["Body"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{}x")]
    [InlineData("{\"challenge\":5}")]
    [InlineData("{\"challenge\":\"AAAAAAAAAAAAAAAAAAAAAA\"}")]
    [InlineData("{\"captcha\":\"ABCDE\"}")]
    [InlineData("{\"challenge\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"captcha\":\" \"}")]
    [InlineData("{\"challenge\":\"a\",\"challenge\":\"b\",\"captcha\":\"c\"}")]
    [InlineData("{\"challenge\":{\"a\":[[[[[[]]]]]]}}")]
    public async Task A_field_that_is_missing_or_of_another_type_is_4001(string body) =>
        Assert.Equal("{\"code\":4001}", await PostAsync("+4915120000002", body));

    [Fact]
    public async Task A_body_of_a_megabyte_is_4001_and_is_not_read_through()
    {
        try
        {
            Assert.Equal("{\"code\":4001}", await PostAsync("+4915120000002", new string(' ', 1_000_000) + "{}"));
        }
        catch (HttpRequestException)
        {
            // The server closed the connection before the client had sent it all: it did not read it through either.
        }
    }

    [Theory]
    [InlineData(4 * 1024, 4002)]
    [InlineData(4 * 1024 + 1, 4001)]
    public async Task A_body_has_four_kilobytes_at_most(int bytes, int code)
    {
        const string start = "{\"challenge\":\"none\",\"captcha\":\"AAAAA\",\"more\":\"";

        Assert.Equal($"{{\"code\":{code}}}", await PostAsync("+4915120000002", start + new string('x', bytes - start.Length - 2) + "\"}"));
    }

    [Fact]
    public async Task A_captcha_that_was_used_or_never_was_is_4002()
    {
        var captcha = await SolveAsync();
        Assert.Equal(200, Number(await SendAsync("+4915120000003", captcha)));

        Assert.Equal(4002, Number(await SendAsync("+4915120000004", captcha)));
        Assert.Equal(4002, Number(await SendAsync("+4915120000004", ("AAAAAAAAAAAAAAAAAAAAAA", "12345"))));
        Assert.Equal(4002, Number(await SendAsync("+4915120000004", ("x", "12345"))));
        Assert.Empty(To("+4915120000004"));
    }

    [Fact]
    public async Task A_wrong_answer_is_4003_and_uses_the_captcha_up()
    {
        var (challenge, work) = await SolveAsync();

        var wrong = await PostAsync("+4915120000005", $$"""{"challenge":"{{challenge}}","captcha":"?????"}""");

        Assert.Equal("{\"code\":4003}", wrong);
        Assert.Equal(4002, Number(await SendAsync("+4915120000005", (challenge, work))));
    }

    [Fact]
    public async Task A_second_message_within_the_minute_is_4004_with_the_seconds_to_wait()
    {
        Assert.Equal(200, Number(await SendAsync("+4915120000006", await SolveAsync())));

        using var response = await RespondAsync("+4915120000006", Body(await SolveAsync()));
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(4004, Number(answer));
        Assert.InRange(answer["retry_after"]!.GetValue<int>(), 30, 60);
        Assert.Equal(answer["retry_after"]!.GetValue<int>(), response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
    }

    [Fact]
    public async Task Fifty_requests_at_once_for_one_number_send_one_message()
    {
        var captchas = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SolveAsync()));

        var answers = await Task.WhenAll(captchas.Select(captcha => SendAsync("+4915120000007", captcha)));
        await SendAsync("+4915120000008", await SolveAsync());
        await Eventually.TrueAsync(() => To("+4915120000008").Count == 1 && To("+4915120000007").Count >= 1);

        Assert.Equal(1, answers.Count(answer => Number(answer) == 200));
        Assert.Equal(49, answers.Count(answer => Number(answer) == 4004));
        Assert.Single(To("+4915120000007"));
    }

    [Theory]
    [InlineData("015120000009")]
    [InlineData("+49")]
    [InlineData("you@example.com")]
    [InlineData("+4915120000009,+4915120000010")]
    [InlineData("+4915120000009%0d%0a")]
    [InlineData("+33612345678")] // a number, of a country that is not served
    public async Task What_is_no_number_that_messages_go_to_is_4005_and_keeps_its_captcha(string phone)
    {
        var captcha = await SolveAsync();

        Assert.Equal("{\"code\":4005}", await PostAsync(phone, Body(captcha)));

        var usable = "+49152" + Math.Abs(phone.GetHashCode(StringComparison.Ordinal)).ToString("D10", CultureInfo.InvariantCulture)[..8];
        Assert.Equal(200, Number(await SendAsync(usable, captcha)));
    }

    [Fact]
    public async Task A_provider_that_keeps_failing_is_5001_and_sends_again_when_it_is_back()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var provider = await SmsProvider.StartAsync();
        var isDown = true;
        provider.Answer = _ => isDown ? HttpStatusCode.InternalServerError : HttpStatusCode.Created;
        await using var app = await RunningApp.StartAsync(redis.ConnectionString, [.. SmsFixture.SettingsFor(provider), .. AppFixture.Settings]);
        using var client = app.CreateClient();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, await CodeAsync($"+491512000001{i}"));
        }

        await Eventually.TrueAsync(async () => await CodeAsync("+4915120000014") == 5001);
        isDown = false;

        // The messages in the outbox are tried again, and the first that goes through ends the trouble.
        await Eventually.TrueAsync(async () => await CodeAsync("+4915120000015") == 200);
        async Task<int> CodeAsync(string phone)
        {
            using var content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var response = await client.PostAsync("/sms/" + phone, content);
            return Number(JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        }
    }

    [Theory]
    [InlineData("text/plain", null, "{\"code\":4001}")]
    [InlineData("application/json", "https://elsewhere.example.com", null)]
    public async Task A_page_of_another_site_cannot_have_messages_sent(string type, string? origin, string? answer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sms/+4915120000017") { Content = new StringContent("{}", Encoding.UTF8, type) };
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        using var response = await _http.SendAsync(request);

        if (answer is null)
        {
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
        else
        {
            Assert.Equal(answer, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task While_redis_is_away_both_routes_answer_5001_and_then_work_again()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var provider = await SmsProvider.StartAsync();
        await using var app = await RunningApp.StartAsync(
            redis.ConnectionString + ",syncTimeout=300,asyncTimeout=300", [.. SmsFixture.SettingsFor(provider), .. AppFixture.Settings]);
        using var client = app.CreateClient();
        await redis.StopAsync();

        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        var send = await client.PostAsync("/sms/+4915120000016", content);
        var image = await client.GetAsync("/img");
        await redis.StartAgainAsync();

        Assert.Equal("{\"code\":5001}", await send.Content.ReadAsStringAsync());
        Assert.Equal("{\"code\":5001}", await image.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(async () =>
        {
            using var again = new StringContent("{}", Encoding.UTF8, "application/json");
            return (await (await client.PostAsync("/sms/+4915120000016", again)).Content.ReadAsStringAsync()).StartsWith("{\"code\":200,", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_network_that_asks_for_too_many_captchas_is_4004()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var app = await RunningApp.StartAsync(redis.ConnectionString, "Verification:Captcha:PerClientPerMinute=2");
        using var client = app.CreateClient();
        await client.GetAsync("/img");
        await client.GetAsync("/img");

        var answer = JsonNode.Parse(await client.GetStringAsync("/img"))!;

        Assert.Equal(4004, Number(answer));
        Assert.InRange(answer["retry_after"]!.GetValue<int>(), 1, 60);
    }

    [Fact]
    public async Task Where_text_messages_are_off_there_are_no_routes()
    {
        await using var app = await RunningApp.StartAsync(fixture.Redis.ConnectionString, "Sms:Enabled=false");
        using var client = app.CreateClient();
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/img")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync("/sms/+4915120000017", content)).StatusCode);
    }

    private static int Number(JsonNode answer) => answer["code"]!.GetValue<int>();

    private static string Body((string Challenge, string Work) captcha) =>
        $$"""{"challenge":"{{captcha.Challenge}}","work":"{{captcha.Work}}"}""";

    private List<Dictionary<string, string>> To(string number) => [.. fixture.Provider.Messages.Where(message => message["To"] == number)];

    private async Task<(string Challenge, string Work)> SolveAsync()
    {
        var captcha = JsonNode.Parse(await _http.GetStringAsync("/img"))!;
        var (challenge, bits) = (captcha["challenge"]!.GetValue<string>(), captcha["work_bits"]!.GetValue<int>());
        for (var number = 0; ; number++)
        {
            var text = number.ToString(CultureInfo.InvariantCulture);
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes($"{challenge}:{text}"));
            if (BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt32BigEndian(hash)) >= bits)
            {
                return (challenge, text);
            }
        }
    }

    private async Task<JsonNode> SendAsync(string phone, (string Challenge, string Work) captcha) =>
        JsonNode.Parse(await PostAsync(phone, Body(captcha)))!;

    private async Task<string> PostAsync(string phone, string body)
    {
        using var response = await RespondAsync(phone, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<HttpResponseMessage> RespondAsync(string phone, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.PostAsync("/sms/" + phone, content);
    }
}
