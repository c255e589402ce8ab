using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;

using TestServers;
using TestServers.Grpc;

using VerificationCodes.Grpc;
using VerificationCodes.Grpc.Server;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Grpc;

/// <summary>The service seen by a real client, and by one that sends rubbish.</summary>
public sealed class GrpcServiceTests(SharedRedis redis)
{
    private const string Secret = "a secret of 16 characters or more";

    private static string OriginalProto => Path.Combine(GrpcClient.Folder, "original.proto");

    private static string Proto => Path.GetFullPath(Path.Combine(GrpcClient.Folder, "../../../src/VerificationCodes.Grpc/varify.proto"));

    [Fact]
    public async Task A_client_with_the_original_proto_file_has_a_code_mailed_and_gets_none_itself()
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), OriginalProto);

        var answer = await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "Ann@example.com" } });
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count == 1);

        Assert.Equal("""{"reply":{"error":0,"email":"Ann@example.com","code":""}}""", answer.ToJsonString());
    }

    [Fact]
    public async Task The_mailed_code_is_checked_over_the_new_call()
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), Proto);
        await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "ann@example.com" } });
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count == 1);
        var code = RecordingTransport.CodeIn(bench.Transport.Mails[0]);
        Task<JsonNode> CheckAsync(string typed) =>
            client.CallAsync(new { method = "CheckVarifyCode", request = new { email = "ann@example.com", purpose = "general", code = typed } });

        var wrong = (await CheckAsync(CodeBench.Other(code)))["reply"]!;
        var right = (await CheckAsync(code))["reply"]!;
        var again = (await CheckAsync(code))["reply"]!;

        Assert.Equal((2, "Wrong", 4), (wrong["error"]!.GetValue<int>(), wrong["status"]!.GetValue<string>(), wrong["tries_left"]!.GetValue<int>()));
        Assert.Equal((0, "Confirmed"), (right["error"]!.GetValue<int>(), right["status"]!.GetValue<string>()));
        Assert.Equal((2, "Expired"), (again["error"]!.GetValue<int>(), again["status"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("a@example.com, b@example.com")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    [InlineData("")]
    public async Task An_address_that_is_not_one_mailbox_is_error_two_and_reaches_nobody(string email)
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), OriginalProto);

        var answer = await client.CallAsync(new { method = "GetVarifyCode", request = new { email } });

        Assert.Equal(2, answer["reply"]!["error"]!.GetValue<int>());
        Assert.Empty(bench.Transport.Mails);
    }

    [Fact]
    public async Task A_thousand_calls_at_once_for_one_address_send_one_mail()
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), Proto);

        var answer = await client.CallAsync(new { many = 1000, method = "GetVarifyCode", request = new { email = "ann@example.com" } });
        await bench.ReceiveAsync(CodeBench.Ask("mark@example.com") with { WithoutCaptcha = true });

        await Eventually.TrueAsync(() => bench.Transport.Mails.Count >= 2);
        Assert.Equal(1, answer["codes"]!["reply 0 Sent"]!.GetValue<int>());
        Assert.Equal(999, answer["codes"]!["reply 2 TooSoon"]!.GetValue<int>());
        Assert.Equal(2, bench.Transport.Mails.Count);
    }

    [Fact]
    public async Task Redis_away_is_error_one_with_status_ok_and_the_service_lives_on()
    {
        await using var server = await RedisServer.StartAsync();
        await using var bench = await StartAsync(server);
        await using var client = await GrpcClient.StartAsync(PortOf(bench), OriginalProto);
        await server.StopAsync();
        var away = await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "ann@example.com" } });
        await server.StartAgainAsync();

        Assert.Equal("""{"reply":{"error":1,"email":"ann@example.com","code":""}}""", away.ToJsonString());
        await Eventually.TrueAsync(async () =>
            (await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "ann@example.com" } }))["reply"]!["error"]!.GetValue<int>() == 0);
    }

    [Fact]
    public async Task A_deadline_that_passes_is_told_as_such_and_the_next_call_works()
    {
        await using var server = await RedisServer.StartAsync();
        await using var bench = await StartAsync(server);
        await using var client = await GrpcClient.StartAsync(PortOf(bench), OriginalProto);
        await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "first@example.com" } });
        server.Suspend();
        var late = await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "ann@example.com" }, deadline = 300 });
        server.Resume();

        Assert.Equal(4, late["code"]!.GetValue<int>());
        var next = await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "next@example.com" } });
        Assert.Equal(0, next["reply"]!["error"]!.GetValue<int>());
    }

    [Fact]
    public async Task Cancelled_calls_leave_a_code_with_its_message_or_nothing_at_all()
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), OriginalProto);
        for (var i = 0; i < 60; i++)
        {
            await client.CallAsync(new { method = "GetVarifyCode", request = new { email = $"c{i}@example.com" }, cancel = i % 6 });
        }

        await bench.ReceiveAsync(CodeBench.Ask("mark@example.com", purpose: CodePurpose.General) with { WithoutCaptcha = true });

        async Task<int> CountAsync(string pattern) =>
            (await redis.Server.CliAsync("KEYS", bench.Prefix + pattern)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        var codes = await CountAsync("code_*");
        Assert.Equal(codes, await CountAsync("is_send_*"));
        Assert.Equal(codes, await CountAsync("sends_*@*"));
        await Eventually.TrueAsync(() => bench.Transport.Mails.Count == codes);
        Assert.DoesNotContain(bench.Logs.Lines, line => line.Contains("failed:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compressed_messages_are_taken_and_the_limit_holds_for_what_they_unpack_to()
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), OriginalProto);

        var taken = await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "ann@example.com" }, compress = true });
        // A few kilobytes on the wire.
        var bomb = await client.CallAsync(new { method = "GetVarifyCode", request = new { email = new string('a', 3_000_000) }, compress = true });

        Assert.Equal(0, taken["reply"]!["error"]!.GetValue<int>());
        Assert.Equal(8, bomb["code"]!.GetValue<int>());
        Assert.Contains("unpacks to more than the 65536 bytes", bomb["details"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotNull((await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "bob@example.com" } }))["reply"]);
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_refused_and_the_connection_stays()
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), OriginalProto);

        var answer = await client.CallAsync(new { method = "GetVarifyCode", request = new { email = new string('a', 1_000_000) } });

        Assert.Equal(8, answer["code"]!.GetValue<int>());
        Assert.NotNull((await client.CallAsync(new { method = "GetVarifyCode", request = new { email = "ann@example.com" } }))["reply"]);
    }

    [Theory]
    [InlineData(1024, "0")]
    [InlineData(1025, "8")]
    public async Task A_message_of_exactly_the_limit_is_taken_and_one_of_a_byte_more_is_not(int bytes, string status)
    {
        await using var bench = await StartAsync(configure: o => o.MaxMessageBytes = 1024);
        using var http = new HttpClient();
        // The address is field 1, and its length takes two bytes.
        var email = bytes - 3;
        byte[] prefix = [0, 0, 0, (byte)(bytes >> 8), (byte)bytes, 0x0A, (byte)((email & 0x7F) | 0x80), (byte)(email >> 7)];

        var response = await SendAsync(http, PortOf(bench), "GetVarifyCode", [.. prefix, .. Enumerable.Repeat((byte)'a', email)]);

        Assert.Equal(status, StatusOf(response));
    }

    [Theory]
    [InlineData("300000u")]
    [InlineData("30S")]
    public async Task A_call_lasts_as_long_as_its_deadline_in_any_unit_and_never_longer_than_the_service_allows(string deadline)
    {
        await using var server = await RedisServer.StartAsync();
        await using var bench = await StartAsync(server, configure: o => o.CallTimeout = TimeSpan.FromSeconds(deadline[^1] == 'u' ? 60 : 1));
        using var http = new HttpClient();
        Assert.True((await bench.Codes.IssueAsync(CodeBench.Ask("first@example.com") with { WithoutCaptcha = true })).IsSent);
        server.Suspend();
        try
        {
            // The address a@b.example. Later than this, Redis would be given up.
            var response = await SendAsync(http, PortOf(bench), "GetVarifyCode", Convert.FromHexString("000000000D0A0B6140622E6578616D706C65"), deadline);

            Assert.Equal("4", StatusOf(response));
        }
        finally
        {
            server.Resume();
        }
    }

    [Fact]
    public async Task Where_a_secret_is_set_calls_without_it_are_unauthenticated()
    {
        await using var bench = await StartAsync(secret: Secret);
        await using var client = await GrpcClient.StartAsync(PortOf(bench), OriginalProto);
        var request = new { email = "ann@example.com" };

        Assert.Equal(16, (await client.CallAsync(new { method = "GetVarifyCode", request }))["code"]!.GetValue<int>());
        Assert.Equal(16, (await client.CallAsync(new { method = "GetVarifyCode", request, metadata = With("wrong") }))["code"]!.GetValue<int>());
        Assert.Equal(16, (await client.CallAsync(new { method = "GetVarifyCode", request, metadata = With(Secret[..^1]) }))["code"]!.GetValue<int>());
        Assert.Equal(0, (await client.CallAsync(new { method = "GetVarifyCode", request, metadata = With(Secret) }))["reply"]!["error"]!.GetValue<int>());
        static Dictionary<string, string> With(string secret) => new() { ["verification-secret"] = secret };
    }

    [Theory]
    [InlineData("GetVarifyCode", "0000000000", "0")] // an empty message: an empty address, error 2 in an answer that is OK
    [InlineData("GetVarifyCode", "", "13")]
    [InlineData("GetVarifyCode", "0000", "13")]
    [InlineData("GetVarifyCode", "00000000050A03", "13")]
    [InlineData("GetVarifyCode", "0000000002FFFF", "2")]
    [InlineData("GetVarifyCode", "00FFFFFFFF", "2")]
    [InlineData("GetVarifyCode", "0000010001", "8")]
    [InlineData("GetVarifyCode", "01000000020A00", "13")]
    [InlineData("GetVarifyCode", "00000000007F", "13")]
    [InlineData("NoSuchCall", "0000000000", "12")]
    [InlineData("getvarifycode", "0000000000", "0")]
    [InlineData("GetVarifyCode", "0000000007F2030401020304", "0")] // field 62, unknown: ignored
    public async Task Rubbish_is_answered_with_a_status_and_logs_no_error(string method, string hex, string status)
    {
        await using var bench = await StartAsync();
        using var http = new HttpClient();
        var response = await SendAsync(http, PortOf(bench), method, Convert.FromHexString(hex));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(status, StatusOf(response));
        Assert.DoesNotContain(bench.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1x")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    [InlineData("S")]
    public async Task A_malformed_deadline_counts_as_none(string timeout)
    {
        await using var bench = await StartAsync();
        using var http = new HttpClient();

        var response = await SendAsync(http, PortOf(bench), "GetVarifyCode", new byte[5], timeout);

        Assert.Equal("0", StatusOf(response));
    }

    [Fact]
    public async Task A_call_without_a_deadline_ends_when_the_time_of_the_service_is_over()
    {
        await using var server = await RedisServer.StartAsync();
        await using var bench = await StartAsync(server, configure: o => o.CallTimeout = TimeSpan.FromSeconds(1));
        using var http = new HttpClient();
        await SendAsync(http, PortOf(bench), "GetVarifyCode", Convert.FromHexString("00000000070A05").Concat("a@b.c"u8.ToArray()).ToArray());
        server.Suspend();

        var late = await SendAsync(http, PortOf(bench), "GetVarifyCode", Convert.FromHexString("00000000070A05").Concat("b@b.c"u8.ToArray()).ToArray());
        server.Resume();

        Assert.Equal("4", StatusOf(late));
    }

    [Fact]
    public async Task A_client_of_a_later_version_is_served_and_its_unknown_fields_are_passed_over()
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), Path.Combine(GrpcClient.Folder, "later.proto"));
        var request = new { email = "ann@example.com", tenant = "x", numbers = new[] { 1, -1 }, nested = new { error = 5, code = "123456" } };

        var answer = await client.CallAsync(new { method = "GetVarifyCode", request });
        var unknown = await client.CallAsync(new { method = "RpcOfTomorrow", request });

        Assert.Equal("""{"reply":{"error":0,"email":"ann@example.com","code":"","of_tomorrow":""}}""", answer.ToJsonString());
        Assert.Equal((12, "Method is unimplemented."), (unknown["code"]!.GetValue<int>(), unknown["details"]!.GetValue<string>()));
    }

    [Fact]
    public async Task What_is_not_grpc_gets_an_http_error()
    {
        await using var bench = await StartAsync();
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri($"http://127.0.0.1:{PortOf(bench)}/"))).StatusCode);
        using var json = new StringContent("{}");
        Assert.Equal(
            HttpStatusCode.UnsupportedMediaType,
            (await http.PostAsync(new Uri($"http://127.0.0.1:{PortOf(bench)}/message.VarifyService/GetVarifyCode"), json)).StatusCode);
    }

    [Fact]
    public async Task A_code_that_is_checked_without_settling_is_used_up_with_the_answer()
    {
        await using var bench = await StartAsync();
        await using var client = await GrpcClient.StartAsync(PortOf(bench), Proto);
        var code = await bench.ReceiveAsync(CodeBench.Ask() with { WithoutCaptcha = true });

        var request = new { email = "ann@example.com", purpose = "register", code, challenge = "browser-a" };
        var right = (await client.CallAsync(new { method = "CheckVarifyCode", request }))["reply"]!;

        Assert.Equal(("Confirmed", 0), (right["status"]!.GetValue<string>(), right["taken"]!.GetValue<long>()));
        await Eventually.TrueAsync(async () => await redis.Server.CliAsync("KEYS", bench.Prefix + "code_*") == "");
    }

    internal static int PortOf(CodeBench bench) => bench.Service<VerificationServer>().Port;

    internal Task<CodeBench> StartAsync(RedisServer? server = null, string secret = "", Action<VerificationServerOptions>? configure = null) => CodeBench.StartAsync(
        server ?? redis.Server,
        options => options.Captcha.Image = true,
        services => services.AddVerificationGrpc(o =>
        {
            (o.Enabled, o.Port, o.Secret) = (true, 0, secret);
            configure?.Invoke(o);
        }));

    /// <summary>An answer without a message has its status in the headers.</summary>
    private static string StatusOf(HttpResponseMessage response) =>
        (response.TrailingHeaders.TryGetValues("grpc-status", out var values) ? values : response.Headers.GetValues("grpc-status")).Single();

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, int port, string method, byte[] body, string? timeout = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/message.VarifyService/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        if (timeout is not null)
        {
            request.Headers.TryAddWithoutValidation("grpc-timeout", timeout);
        }

        var response = await http.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        return response;
    }
}
