using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using VerificationCodes.Captcha;
using VerificationCodes.Diagnostics;

namespace VerificationCodes.Composition;

/// <summary>Warns at start of settings that are allowed but risky.</summary>
internal sealed class StartupWarnings(
    HostEnvironmentKind environment, CaptchaAnswers captchas, IOptions<VerificationOptions> options, ILogger<StartupWarnings> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!captchas.IsRequired && !environment.IsDevelopment)
        {
            log.NoCaptcha();
        }

        if (options.Value.Keys.Count == 0 && options.Value.Remote is null)
        {
            log.DevelopmentKey();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
