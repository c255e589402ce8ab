using System.Diagnostics.CodeAnalysis;

using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

using Microsoft.Extensions.Options;

namespace VerificationCodes.Mail;

/// <summary>
/// The connections to the mail server. A mail takes one that is free; while one is in use, others wait for it a moment
/// before they open another. An idle connection is closed after a while.
/// </summary>
internal sealed class MailConnections(IOptions<SmtpOptions> options, TimeProvider time) : IAsyncDisposable, IDisposable
{
    public const string Connecting = "connecting";

    // A healthy server takes a mail in less: the next one goes over the same connection.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<Idle> _idle = [];
    private readonly SemaphoreSlim _freed = new(0);
    private int _open;
    private bool _isClosed;

    /// <summary>Runs something over an open, signed-in connection; one that failed is not kept.</summary>
    public async Task UseAsync(MailAttempt attempt, Func<SmtpClient, Task> use)
    {
        var client = await TakeAsync(attempt);
        var isGood = false;
        try
        {
            await use(client);
            isGood = true;
        }
        catch (SmtpCommandException)
        {
            // The server refused this mail; the connection is as good as before.
            isGood = client.IsConnected;
            throw;
        }
        finally
        {
            if (!isGood || !TryKeep(client))
            {
                await CloseAsync(client, politely: isGood);
            }
        }
    }

    public void Dispose()
    {
        foreach (var client in TakeAll())
        {
            client.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in TakeAll())
        {
            await CloseAsync(client, politely: true);
        }
    }

    /// <summary>
    /// How connections are secured. Never Auto, which goes on without TLS if the server, or an attacker in between,
    /// offers none.
    /// </summary>
    internal static SecureSocketOptions SecurityOf(SmtpOptions options) =>
        options.IsTlsImplicit ? SecureSocketOptions.SslOnConnect
        : options.StartTls ? SecureSocketOptions.StartTls
        : SecureSocketOptions.None;

    private async Task<SmtpClient> TakeAsync(MailAttempt attempt)
    {
        var most = 1;
        while (true)
        {
            if (TryTakeIdle(out var client))
            {
                if (await IsAliveAsync(client, attempt))
                {
                    return client;
                }
            }
            else if (TryCountOpen(most))
            {
                return await OpenAsync(attempt);
            }
            else if (!await IsOneFreedSoonAsync(attempt.CancellationToken))
            {
                most = options.Value.Connections;
            }
        }
    }

    private async Task<bool> IsOneFreedSoonAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await _freed.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // The server may have closed it meanwhile. Asking costs a round trip, and saves a mail whose outcome would be unknown.
    // A dead connection is closed.
    private async Task<bool> IsAliveAsync(SmtpClient client, MailAttempt attempt)
    {
        var isAlive = false;
        try
        {
            await attempt.RunAsync("looking for a connection", client.NoOpAsync);
            isAlive = client.IsConnected;
        }
        catch (Exception e) when (e is IOException or ProtocolException or CommandException or InvalidOperationException or TimeoutException)
        {
            // Another one is opened.
        }
        finally
        {
            if (!isAlive)
            {
                await CloseAsync(client, politely: false);
            }
        }

        return isAlive;
    }

    private async Task<SmtpClient> OpenAsync(MailAttempt attempt)
    {
        var client = new SmtpClient
        {
            Timeout = (int)options.Value.Timeout.TotalMilliseconds,
            CheckCertificateRevocation = options.Value.CheckRevocation,
            ServerCertificateValidationCallback = options.Value.Trust,
        };
        try
        {
            await attempt.RunAsync(Connecting, token => client.ConnectAsync(options.Value.Host, options.Value.Port, SecurityOf(options.Value), token));
            if (options.Value.User.Length > 0)
            {
                await attempt.RunAsync("signing in", token => SignInAsync(client, token));
            }

            return client;
        }
        catch
        {
            await CloseAsync(client, politely: false);
            throw;
        }
    }

    private async Task SignInAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        if (options.Value.AccessTokenFile.Length == 0)
        {
            await client.AuthenticateAsync(options.Value.User, options.Value.Password, cancellationToken);
            return;
        }

        var token = (await File.ReadAllTextAsync(options.Value.AccessTokenFile, cancellationToken)).Trim();
        await client.AuthenticateAsync(new SaslMechanismOAuth2(options.Value.User, token), cancellationToken);
    }

    private bool TryTakeIdle([NotNullWhen(true)] out SmtpClient? client)
    {
        lock (_lock)
        {
            // The one that was used last: the others run into their idle time-out.
            client = _idle.Count > 0 ? _idle[^1].Client : null;
            if (client is not null)
            {
                _idle.RemoveAt(_idle.Count - 1);
            }

            return client is not null;
        }
    }

    private bool TryCountOpen(int most)
    {
        lock (_lock)
        {
            if (_open >= most)
            {
                return false;
            }

            _open++;
            return true;
        }
    }

    private bool TryKeep(SmtpClient client)
    {
        var idle = new Idle(client);
        lock (_lock)
        {
            if (_isClosed || options.Value.IdleTimeout == TimeSpan.Zero)
            {
                return false;
            }

            _idle.Add(idle);
        }

        TellOneIsFree();
        _ = CloseUnlessUsedAsync(idle);
        return true;
    }

    private async Task CloseUnlessUsedAsync(Idle idle)
    {
        await Task.Delay(options.Value.IdleTimeout, time);
        bool isUnused;
        lock (_lock)
        {
            isUnused = _idle.Remove(idle);
        }

        if (isUnused)
        {
            await CloseAsync(idle.Client, politely: true);
        }
    }

    private List<SmtpClient> TakeAll()
    {
        lock (_lock)
        {
            _isClosed = true;
            var clients = _idle.ConvertAll(idle => idle.Client);
            _idle.Clear();
            return clients;
        }
    }

    private async Task CloseAsync(SmtpClient client, bool politely)
    {
        lock (_lock)
        {
            _open--;
        }

        TellOneIsFree();
        try
        {
            using var soon = new CancellationTokenSource(LongestGoodbye);
            if (politely)
            {
                await client.DisconnectAsync(quit: true, soon.Token);
            }
        }
        catch (Exception e) when (e is IOException or ProtocolException or CommandException or OperationCanceledException or ObjectDisposedException)
        {
            // It is closed all the same.
        }

        client.Dispose();
    }

    private void TellOneIsFree()
    {
        // One release is enough: waiting callers look again after a moment anyway.
        if (_freed.CurrentCount == 0)
        {
            _freed.Release();
        }
    }

    // A kept connection, compared by reference: when its client is kept again, it is another one.
    private sealed class Idle(SmtpClient client)
    {
        public SmtpClient Client { get; } = client;
    }
}
