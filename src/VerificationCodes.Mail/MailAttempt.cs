using MailKit;

namespace VerificationCodes.Mail;

/// <summary>One attempt to hand over one mail: how far it got, and the time-out of each of its steps.</summary>
internal sealed class MailAttempt(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) : ITransferProgress
{
    private string _step = "waiting for a connection";

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>
    /// Whether the text of the mail is on its way. The server may then have all of it, and only its answer says whether it
    /// took the mail.
    /// </summary>
    public bool HasText { get; private set; }

    /// <summary>Runs one step, no longer than the time-out.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    public async Task RunAsync(string step, Func<CancellationToken, Task> run)
    {
        _step = step;
        using var silence = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken, silence.Token);
        try
        {
            await run(either.Token);
        }
        catch (OperationCanceledException) when (!CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    /// <summary>
    /// Why the attempt failed, fit for a log: texts of exceptions may hold the address, or anything a server says.
    /// </summary>
    public string ReasonOf(Exception e) => e switch
    {
        TimeoutException => $"no answer within {timeout.TotalSeconds:0.#} s while {_step}",
        NotSupportedException when _step == MailConnections.Connecting => "the mail server offers no STARTTLS",
        _ => $"no delivery: {e.GetType().Name} while {_step}",
    };

    void ITransferProgress.Report(long bytesTransferred, long totalSize) => HasText = true;

    void ITransferProgress.Report(long bytesTransferred) => HasText = true;
}
