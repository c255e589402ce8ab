using System.Diagnostics;
using System.Text.Json;

using TestServers;

using VerificationCodes.Captcha;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Captcha;

/// <summary>The script that the pages give to the browser, and the check of this library, mean the same work.</summary>
public sealed class ProofOfWorkScriptTests(SharedRedis redis)
{
    [Fact]
    public async Task The_number_that_the_page_script_finds_is_accepted_by_the_service()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.Captcha.ProofOfWork = true);
        var captcha = await bench.NewCaptchaAsync();
        Assert.Equal(20, captcha.WorkBits);

        var work = await SolveAsync(captcha);
        var outcome = await bench.Codes.IssueAsync(CodeBench.Ask() with { Captcha = new CaptchaAnswer(captcha.Id, "", work) });

        Assert.Equal(IssueStatus.Sent, outcome.Status);
    }

    /// <summary>Runs the worker's script as a browser's worker would: it has onmessage and postMessage, nothing else.</summary>
    private static async Task<string> SolveAsync(CaptchaChallenge captcha)
    {
        var script = Path.GetFullPath(Path.Combine(NodePackages.FindFolder("Grpc", "client.mjs"), "../../../wwwroot/js/work.js"));
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-e");
        start.ArgumentList.Add($$"""
            globalThis.onmessage = null;
            globalThis.postMessage = (number) => console.log(number);
            require('node:vm').runInThisContext(require('node:fs').readFileSync({{JsonSerializer.Serialize(script)}}, 'utf8'));
            onmessage({ data: { id: '{{captcha.Id}}', bits: {{captcha.WorkBits}} } });
            """);
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var number = (await node.StandardOutput.ReadToEndAsync()).Trim();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await errors);
        return number;
    }
}
