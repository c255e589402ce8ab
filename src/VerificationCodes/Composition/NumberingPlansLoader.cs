using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;
using VerificationCodes.Delivery;

namespace VerificationCodes.Composition;

/// <summary>Reads the tables of numbers at start, so that the first request does not wait for them.</summary>
internal sealed class NumberingPlansLoader(IOptions<SmsOptions> sms) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (sms.Value.Enabled)
        {
            NumberingPlans.Load(sms.Value.Countries);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
