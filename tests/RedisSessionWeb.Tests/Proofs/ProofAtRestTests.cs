using System.Text;
using System.Text.RegularExpressions;

using Microsoft.Extensions.DependencyInjection;

using RedisSessionWeb.Tests.Host;

using TestServers;

using VerificationCodes;
using VerificationCodes.Addresses;

namespace RedisSessionWeb.Tests.Proofs;

/// <summary>What binds a code to a browser is in the browser alone.</summary>
public sealed class ProofAtRestTests
{
    [Fact]
    public async Task The_right_code_is_refused_with_everything_that_redis_shows_in_place_of_its_challenge()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes");
        await using var monitor = await redis.MonitorAsync();
        await using var app = await RunningApp.StartAsync(redis.ConnectionString, AppFixture.Settings);
        using var visit = new Visit(app);
        const string Email = "bound@example.com";
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", Email));
        var code = await visit.ReadCodeAsync(Email);
        await redis.CliAsync("SAVE");

        var shown = await ReadEverythingAsync(redis, monitor);
        var codes = app.Services.GetRequiredService<IVerificationService>();
        Assert.True(EmailAddress.TryParse(Email, out var address));
        // Names, values and parts of them that have the length of a challenge.
        var candidates = Regex.Matches(shown, "[A-Za-z0-9_-]{22,128}").Select(match => match.Value).ToHashSet();
        Assert.InRange(candidates.Count, 5, 2_000);
        foreach (var challenge in candidates)
        {
            var outcome = await codes.ConfirmAsync(
                new ConfirmRequest { Purpose = CodePurpose.Register, Address = address, Code = code, Challenge = challenge },
                TestContext.Current.CancellationToken);
            Assert.Equal(ConfirmStatus.Expired, outcome.Status);
        }

        await visit.SubmitAsync(("Code", code));
        Assert.Equal("/register/finish", visit.Path);
    }

    private static async Task<string> ReadEverythingAsync(RedisServer redis, RedisMonitor monitor)
    {
        var shown = new StringBuilder().AppendJoin('\n', await monitor.LinesAsync());
        foreach (var file in Directory.EnumerateFiles(redis.DataFolder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)))
        {
            shown.Append('\n').Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        }

        return shown.ToString();
    }
}
