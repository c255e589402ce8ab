using ForeignReplies.Tests.Codes;
using ForeignReplies.Tests.Results;
using ForeignReplies.Tests.Shifted.Worlds;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using VerificationCodes;
using VerificationCodes.Delivery;

namespace ForeignReplies.Tests.Shifted;

/// <summary>Verification codes whose replies are shifted.</summary>
public sealed class CodeTests
{
    private const int Owners = 30;

    [Fact]
    public async Task With_shifted_replies_no_wrong_code_is_right_no_right_one_is_wrong_and_every_promised_mail_comes()
    {
        await using var run = await ShiftRun.StartAsync();
        var mailbox = new Mailbox();
        var log = new WarningLog();
        using var host = await StartAsync(run.Proxy.ConnectionString, mailbox, log);
        var codes = host.Services.GetRequiredService<IVerificationService>();
        var owners = Enumerable.Range(0, Owners).Select(number => new CodeOwner($"o{number}", codes, mailbox, run.Tally)).ToArray();

        await run.UnderShiftsAsync(Owners, oneIn: 100, (caller, random) => owners[caller].NextAsync(random));
        await run.UntilAllAsync(owners, owner => owner.HasFinishedAsync(), "every promised mail has come");

        var awaited = owners.Sum(owner => owner.Awaited);
        run.Tally.Add(awaited > 0 ? Verdict.Lost : Verdict.Right, $"{awaited} mails have not come");
        run.Check(log);
        await host.StopAsync();
    }

    private static async Task<IHost> StartAsync(string redis, Mailbox mailbox, WarningLog log)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddRespClient(options => options.ConnectionString = redis);
        builder.Services.AddSingleton<IMailTransport>(mailbox);
        builder.Services.AddVerificationCodes(options =>
        {
            options.Captcha.Image = false;
            options.Captcha.ProofOfWork = false;
            options.SendsPerMinute = 1_000_000;
            options.MissesOfAllPerHour = 1_000_000; // a long run types more wrong codes than all addresses may
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
