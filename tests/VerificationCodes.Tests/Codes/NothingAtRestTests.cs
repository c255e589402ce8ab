using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

using TestServers;

using VerificationCodes.Captcha;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Codes;

/// <summary>Everything that is written anywhere while codes are used, searched for the codes.</summary>
public sealed class NothingAtRestTests
{
    private const int Flows = 1000;

    [Fact]
    public async Task No_code_captcha_answer_or_challenge_is_in_dump_append_only_file_monitor_or_logs()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes");
        await using var monitor = await server.MonitorAsync();
        var secrets = new List<string>();
        IReadOnlyList<string> logs;
        await using (var bench = await CodeBench.StartAsync(server, o => { o.Captcha.Image = true; o.SendsPerMinute = 10_000; }))
        {
            for (var flow = 0; flow < Flows; flow++)
            {
                secrets.AddRange(await RunAsync(bench, flow));
            }

            logs = bench.Logs.Lines;
        }

        await server.CliAsync("SAVE");
        var places = new Dictionary<string, string>
        {
            ["monitor"] = string.Join('\n', (await monitor.LinesAsync()).Select(line => line[(line.IndexOf("] ", StringComparison.Ordinal) + 1)..])),
            ["logs"] = string.Join('\n', logs),
        };
        foreach (var file in Directory.EnumerateFiles(server.DataFolder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)))
        {
            places[Path.GetFileName(file)] = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
        }

        Assert.Contains("dump.rdb", places.Keys);
        Assert.Contains(places.Keys, name => name.StartsWith("appendonly", StringComparison.Ordinal));
        Assert.Equal(Flows * 3, secrets.Count);
        foreach (var (place, text) in places)
        {
            var words = WordsOf(text);
            Assert.Empty(secrets.SelectMany(Forms).Where(words.Contains).Select(form => $"{place}: {form}"));
        }

        // The search finds what is there: an address, which is the name of keys, and never in a log.
        Assert.Contains("flow0@example.com", places["dump.rdb"], StringComparison.Ordinal);
        Assert.DoesNotContain("flow0@example.com", places["logs"], StringComparison.Ordinal);
    }

    private static async Task<string[]> RunAsync(CodeBench bench, int flow)
    {
        var challenge = VerificationChallenge.Create();
        var to = $"flow{flow}@example.com";
        var captcha = await bench.NewCaptchaAsync();
        var answer = bench.Service<CaptchaAnswers>().TextOf(captcha.Id);
        var code = await bench.ReceiveAsync(CodeBench.Ask(to, challenge) with { Captcha = new CaptchaAnswer(captcha.Id, answer) });
        await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code), to, challenge));
        // Half of the codes stay open, so that the dump has live records.
        if (flow % 2 == 0)
        {
            Assert.Equal(ConfirmStatus.Confirmed, await bench.ConfirmAsync(CodeBench.Try(code, to, challenge)));
        }

        return [code, answer, challenge];
    }

    /// <summary>The text in words: six digits inside a longer number are no code.</summary>
    private static HashSet<string> WordsOf(string text) => [.. Regex.Matches(text, "[A-Za-z0-9_+/=-]+").Select(m => m.Value)];

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
