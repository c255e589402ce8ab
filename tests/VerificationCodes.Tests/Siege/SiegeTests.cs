using System.Net;

using TestServers;

using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Siege;

/// <summary>
/// Strangers who want to keep codes from an address: whatever they do, its owner gets and uses one within an hour, and the
/// address gets no more messages and guesses a day than is written down.
/// </summary>
public sealed class SiegeTests(SiegeTests.Fixture fixture) : IClassFixture<SiegeTests.Fixture>
{
    private const int MostMails = 34;
    private const int MostGuesses = 60;

    private static readonly int Days = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 60 : 2;

    private static readonly Client Known = new(IPAddress.Parse("198.51.100.7"), "owner", "owner-token");

    private static readonly Dictionary<string, Client[]> Attacks = new()
    {
        ["one network"] = [.. Browsers(1), .. Gates(1)],
        ["twelve networks"] = [.. Browsers(12), .. Gates(12)],
        ["hundreds of networks"] = [.. Browsers(200), .. Gates(200)],
        ["a stolen token of another browser"] = [.. Browsers(200), .. Gates(200), .. Browsers(50, "other-token")],
        ["a stolen token of this browser"] = [.. Browsers(6), .. Gates(6), .. Browsers(1, "owner-token")],
    };

    [Theory]
    [InlineData("one network", true)]
    [InlineData("one network", false)]
    [InlineData("hundreds of networks", true)]
    [InlineData("hundreds of networks", false)]
    [InlineData("a stolen token of another browser", true)]
    [InlineData("a stolen token of another browser", false)]
    [InlineData("a stolen token of this browser", true)]
    [InlineData("a stolen token of this browser", false)]
    public Task The_owner_at_a_known_browser_uses_a_code_within_an_hour_whoever_attacks(string attack, bool isPatient) =>
        BesiegeAsync(Attacks[attack], isPatient, _ => Known);

    [Theory]
    [InlineData("one network", true)]
    [InlineData("one network", false)]
    [InlineData("twelve networks", true)]
    [InlineData("twelve networks", false)]
    [InlineData("a stolen token of this browser", true)]
    [InlineData("a stolen token of this browser", false)]
    public Task The_owner_at_a_network_that_has_not_asked_today_uses_a_code_within_an_hour(string attack, bool isPatient) =>
        BesiegeAsync(Attacks[attack], isPatient, turn => new Client(FreshNetwork(turn), "new browser " + turn));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task The_owner_at_the_gate_uses_a_code_within_an_hour_from_a_network_that_has_not_asked_today(bool isPatient) =>
        BesiegeAsync([.. Browsers(5), .. Gates(5)], isPatient, turn => new Client(FreshNetwork(turn), ""));

    private async Task BesiegeAsync(Client[] attackers, bool isPatient, Func<int, Client> owner)
    {
        await using var siege = new Siege(await CodeBench.StartAsync(fixture.Redis, o => o.RunOutbox = false), attackers.Length, isPatient, attackers);
        for (var turn = 0; siege.Now < TimeSpan.FromDays(Days); turn++)
        {
            await siege.PassAsync(TimeSpan.FromMinutes(siege.Random.Next(12 * 60, 20 * 60)));
            await siege.ServeAsync(owner(turn));
        }

        TestContext.Current.TestOutputHelper!.WriteLine(siege.ToString());
        Assert.InRange(siege.MostMailsADay, 10, MostMails);
        Assert.InRange(siege.MostGuessesADay, 20, MostGuesses);
        Assert.True(siege.Refusals > 20, siege.ToString());
    }
    private static Client[] Browsers(int count, string? token = null) =>
        [.. Enumerable.Range(0, count).Select(i => new Client(Network(token is null ? 0 : 100, i), $"stranger {token} {i}", token))];

    private static Client[] Gates(int count) => [.. Enumerable.Range(0, count).Select(i => new Client(Network(0, i), ""))];

    private static IPAddress Network(int block, int number) => new([10, (byte)block, (byte)(number / 200), (byte)(number % 200)]);

    private static IPAddress FreshNetwork(int turn) => IPAddress.Parse($"2001:db8:{turn + 1:x}::1");

    public sealed class Fixture : IAsyncLifetime
    {
        public RedisServer Redis { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Redis = await RedisServer.StartAsync();

        public ValueTask DisposeAsync() => Redis.DisposeAsync();
    }
}
