using System.Net;

using ForeignReplies.Tests.Results;

using TestServers;

namespace ForeignReplies.Tests.Cancelled;

/// <summary>Two instances of the application, and clients that go away in the middle of a request.</summary>
public sealed class HttpTests
{
    private const int Clients = 48;
    private static readonly int Requests = Seed.IsLongRun ? 100_000 : 3_000;

    [Fact]
    public async Task Clients_that_go_away_never_make_an_answer_name_another_session_over_http_1_1_and_2()
    {
        await using var server = await RedisServer.StartAsync();
        await using var one = await RealApp.StartAsync(server.ConnectionString);
        await using var other = await RealApp.StartAsync(server.ConnectionString);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        var run = new CancelledRun();
        var clients = Enumerable.Range(0, Clients).Select(number => new Client($"c{number}", http, [one, other], run.Tally)).ToArray();
        foreach (var client in clients)
        {
            await client.BeginAsync();
        }

        await run.CallAsync(Clients, Requests, (caller, random) => clients[caller].NextAsync(random));

        run.Check(Requests);
    }

    private sealed class Client(string name, HttpClient http, RealApp[] apps, Tally tally)
    {
        private static readonly string[] Paths = ["/test/name", "/test/cache", "/test/cache", "/test/write?n="];

        private string _cookie = "";

        public async Task BeginAsync()
        {
            using var response = await http.GetAsync(new Uri(apps[0].Http1, $"/test/begin?name={name}"));
            Assert.Equal(name, await response.Content.ReadAsStringAsync());
            _cookie = response.Headers.GetValues("Set-Cookie").Single(line => line.StartsWith("ssw=", StringComparison.Ordinal)).Split(';')[0];
        }

        public async Task NextAsync(Random random)
        {
            var app = apps[random.Next(apps.Length)];
            var version = random.Next(2) == 0 ? HttpVersion.Version11 : HttpVersion.Version20;
            var path = Paths[random.Next(Paths.Length)];
            try
            {
                await new Impatience(random, share: 0.3).CallAsync(
                    token => AskAsync(new Uri(version == HttpVersion.Version11 ? app.Http1 : app.Http2, path + (path[^1] == '=' ? $"{random.Next()}" : "")), version, token));
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
            {
                tally.Add(Verdict.Refused);
            }
        }

        private async Task AskAsync(Uri address, Version version, CancellationToken token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Add("Cookie", _cookie);
            using var response = await http.SendAsync(request, token);
            var body = await response.Content.ReadAsStringAsync(token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                tally.Add(Verdict.Broken, $"{name} {address.PathAndQuery}: {(int)response.StatusCode}");
            }
            else if (response.Headers.Contains("Set-Cookie"))
            {
                tally.Add(Verdict.SignedOut, $"{name} {address.PathAndQuery}: {string.Join(' ', response.Headers.GetValues("Set-Cookie"))}");
            }
            else
            {
                tally.Compare(name, body == RealApp.Nobody ? null : body, address.PathAndQuery);
            }
        }
    }
}
