using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Tests.Host;

using TestServers;
using TestServers.Smtp;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>Everything that is written anywhere while people register, sign in and mistype, searched for what they typed and carry.</summary>
public sealed class SecretsAtRestTests
{
    private static readonly int Flows = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 1000 : 20;

    // Typed or mailed: neither they nor an unsalted hash of them may be found.
    private readonly HashSet<string> _typed = [];

    // 256 random bits in a cookie: Redis knows the session by the hash, and nothing knows the value.
    private readonly HashSet<string> _carried = [];

    [Fact]
    public async Task No_password_code_or_cookie_is_in_dump_append_only_file_monitor_or_logs()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes");
        await using var smtp = await SmtpServer.StartAsync(startTls: false);
        await using var monitor = await redis.MonitorAsync();
        using var logs = new LogCollector();
        await using (var app = await StartAsync(redis, smtp, logs))
        {
            for (var flow = 0; flow < Flows; flow++)
            {
                await RunAsync(app, smtp, flow);
            }
        }

        await redis.CliAsync("SAVE");
        var places = new Dictionary<string, string>
        {
            ["monitor"] = string.Join('\n', (await monitor.LinesAsync()).Select(line => line[(line.IndexOf("] ", StringComparison.Ordinal) + 1)..])),
            ["logs"] = string.Join('\n', logs.Lines),
        };
        foreach (var file in Directory.EnumerateFiles(redis.DataFolder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)))
        {
            places[Path.GetFileName(file)] = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
        }

        Assert.Contains("dump.rdb", places.Keys);
        Assert.Contains(places.Keys, name => name.StartsWith("appendonly", StringComparison.Ordinal));
        // Session ids before and after signing in, a device token, the form's cookie; two passwords and a code.
        Assert.True(_carried.Count >= 4 * Flows && _typed.Count >= 3 * Flows - 1, $"{_carried.Count} carried, {_typed.Count} typed");
        foreach (var (place, text) in places)
        {
            var words = Regex.Matches(text, "[A-Za-z0-9_+/=-]+").Select(m => m.Value).ToHashSet();
            Assert.Empty(_typed.SelectMany(Forms).Concat(_carried).Where(words.Contains).Select(secret => $"{place}: {secret}"));
        }

        // The search finds what is there: the address of an account, which is in the dump and in no log.
        Assert.Contains("flow0@example.com", places["dump.rdb"], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("flow0@example.com", places["logs"], StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<RunningApp> StartAsync(RedisServer redis, SmtpServer smtp, LogCollector logs)
    {
        var app = await RunningApp.StartAsync(
            redis.ConnectionString,
            [
                .. AppFixture.Settings, "Verification:SendsPerMinute=1000000", "Logging:LogLevel:Default=Trace", "Logging:Console:LogLevel:Default=Error",
                "Smtp:Host=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"Smtp:Port={smtp.Port}"), "Smtp:StartTls=false", "Smtp:From=codes@example.org",
            ]);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(logs);
        // The test is not about the time that hashing takes.
        app.Services.GetRequiredService<IOptions<PasswordHasherOptions>>().Value.IterationCount = 1;
        return app;
    }

    private async Task RunAsync(RunningApp app, SmtpServer smtp, int flow)
    {
        var email = $"flow{flow}@example.com";
        var (password, wrong) = ("right" + Random(), "wrong" + Random());
        using var visit = new Visit(app);
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", email));
        await Eventually.TrueAsync(() => smtp.Mails.Any(m => m.To[0] == email));
        var code = Regex.Match(smtp.Mails.First(m => m.To[0] == email).Text, @"\b\d{6}\b").Value;
        await visit.SubmitAsync(("Code", code));
        await visit.SubmitAsync(("Name", "Flow " + flow), ("Password", password));
        await visit.SubmitAsync("header form");
        foreach (var typed in (string[])[wrong, password])
        {
            await visit.OpenAsync("/signin");
            await visit.SubmitAsync(("Email", email), ("Password", typed));
        }

        Assert.Equal("/account", visit.Path);
        _typed.UnionWith([password, wrong, code]);
        var values = visit.SetCookies.Select(cookie => cookie.Split(';')[0].Split('=', 2)[1]).Where(value => value.Length >= 43);
        // The cookie "ssw-device" holds eight characters that tell whose token it is, and the token.
        _carried.UnionWith(values.SelectMany(value => (string[])[value, value[^43..]]));
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    /// <summary>The secret, and its unsalted hashes in the usual spellings.</summary>
    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        var bytes = Encoding.UTF8.GetBytes(secret);
#pragma warning disable CA5350, CA5351 // Looked for, not relied on.
        byte[][] hashes = [SHA256.HashData(bytes), SHA1.HashData(bytes), MD5.HashData(bytes)];
#pragma warning restore CA5350, CA5351
        foreach (var hash in hashes)
        {
            yield return Convert.ToHexStringLower(hash);
            yield return Convert.ToBase64String(hash);
            yield return System.Buffers.Text.Base64Url.EncodeToString(hash);
        }
    }
}
