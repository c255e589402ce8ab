using System.Diagnostics;
using System.Text.Json.Nodes;

using TestServers;
using TestServers.Grpc;
using TestServers.Smtp;

namespace RedisSessionWeb.Tests.Roles;

/// <summary>
/// What the service that this one replaces did, and this one does not: shown with the proto file that its clients have,
/// a real gRPC client, the program as a process of its own, and a real mail server.
/// </summary>
public sealed class OldHabitsTests(OldHabitsTests.World world) : IClassFixture<OldHabitsTests.World>
{
    // Each test has an address of its own that no other test knows, and looks at the mails since its own begin.
    private readonly int _before = world.Smtp.Mails.Count;
    private readonly string _mark = $"mark{Guid.NewGuid():N}@example.com";

    [Fact]
    public async Task Fifty_calls_at_once_for_one_address_send_one_mail_and_not_fifty()
    {
        var answer = await world.Client.CallAsync(new { many = 50, method = "GetVarifyCode", request = new { email = "ann@example.com" } });
        await ReceiveMarkAsync();
        await Eventually.TrueAsync(() => Receivers().Length >= 2);

        // The original proto file knows no status: whatever it does not know is passed over.
        Assert.Equal(1, answer["codes"]!["reply 0 undefined"]!.GetValue<int>());
        Assert.Equal(49, answer["codes"]!["reply 2 undefined"]!.GetValue<int>());
        Assert.Equal(new[] { "ann@example.com", _mark }.Order(StringComparer.Ordinal), Receivers());
    }

    [Fact]
    public async Task A_mail_server_that_takes_three_seconds_does_not_delay_the_answer()
    {
        await CallAsync("first@example.com"); // loads scripts, opens connections
        await Eventually.TrueAsync(() => Receivers().Length == 1);
        await world.Smtp.BehaveAsync(SmtpMode.Slow);
        var times = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(0, (await CallAsync($"slow{i}@example.com"))["error"]!.GetValue<int>());
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        // One that waits for the mail server takes three seconds at least; a busy machine may hold up one or the other.
        Assert.All(times, time => Assert.InRange(time, 0, 2900));
        Assert.InRange(times.Order().ElementAt(times.Count / 2), 0, 1000);
        await Eventually.TrueAsync(() => Receivers().Length >= 2);
        await world.Smtp.BehaveAsync(SmtpMode.Take);
        await Eventually.TrueWithinAsync(TimeSpan.FromSeconds(60), () => ValueTask.FromResult(Receivers().Length == 11));
    }

    [Theory]
    [InlineData("a@example.com, b@example.com")]
    [InlineData("a@example.com; b@example.com")]
    [InlineData("a@example.com b@example.com")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    [InlineData("a@example.com\nb@example.com")]
    [InlineData("a@example.com\r")]
    [InlineData("<a@example.com>")]
    [InlineData("\"x\" <a@example.com>")]
    public async Task Lists_of_addresses_and_line_breaks_reach_nobody(string email)
    {
        var reply = await CallAsync(email);
        await ReceiveMarkAsync();

        Assert.Equal((2, ""), (reply["error"]!.GetValue<int>(), reply["code"]!.GetValue<string>()));
        Assert.Equal([_mark], Receivers());
    }

    [Fact]
    public async Task Redis_stopped_and_started_again_leaves_a_process_that_lives_and_sends()
    {
        Assert.Equal(0, (await CallAsync("before@example.com"))["error"]!.GetValue<int>());
        await Eventually.TrueAsync(() => Receivers().Length == 1);
        await world.Redis.StopAsync();

        var away = await CallAsync("after@example.com");
        Assert.True(world.Service.IsAlive);
        await world.Redis.StartAgainAsync();

        Assert.Equal(1, away["error"]!.GetValue<int>());
        await Eventually.TrueAsync(async () => (await CallAsync("after@example.com"))["error"]!.GetValue<int>() == 0);
        await Eventually.TrueAsync(() => Receivers().Contains("after@example.com"));
        Assert.True(world.Service.IsAlive);
    }

    private string[] Receivers() => [.. world.Smtp.Mails.Skip(_before).SelectMany(mail => mail.To).Order(StringComparer.Ordinal)];

    private async Task<JsonNode> CallAsync(string email) =>
        (await world.Client.CallAsync(new { method = "GetVarifyCode", request = new { email } }))["reply"]!;

    /// <summary>Has another mail sent and waits for it: what was to come before has come.</summary>
    private async Task ReceiveMarkAsync()
    {
        await CallAsync(_mark);
        await Eventually.TrueAsync(() => Receivers().Contains(_mark));
    }

    /// <summary>One service with its servers for all tests: to start them takes longer than the tests do.</summary>
    public sealed class World : IAsyncLifetime
    {
        public RedisServer Redis { get; private set; } = null!;

        public SmtpServer Smtp { get; private set; } = null!;

        internal VerifyProcess Service { get; private set; } = null!;

        public GrpcClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            (Redis, Smtp) = (await RedisServer.StartAsync(), await SmtpServer.StartAsync(startTls: false));
            Service = await VerifyProcess.StartAsync(Redis.ConnectionString, Smtp);
            Client = await GrpcClient.StartAsync(Service.Port, Path.Combine(GrpcClient.Folder, "original.proto"));
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Service.DisposeAsync();
            await Smtp.DisposeAsync();
            await Redis.DisposeAsync();
        }
    }
}
