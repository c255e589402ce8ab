using Microsoft.Extensions.Logging;

using RespClient.Diagnostics;

namespace VerificationCodes.Grpc.Server;

/// <summary>Logs that calls of other processes are answered "not available", and why.</summary>
internal sealed class CallOutages(ILogger<VerificationServer> log, TimeProvider time)
{
    private readonly OutageNotes _notes = new(time);

    public void Tell(VerificationUnavailableException outage)
    {
        if (!_notes.IsNews("calls", outage, out var untold))
        {
            return;
        }

        if (OutageNotes.RefusalIn(outage) is { } refusal)
        {
            log.CallsRefused(refusal.Message);
        }
        else
        {
            log.CallsUnavailable(outage.InnerException?.Message ?? outage.Message, untold);
        }
    }
}
