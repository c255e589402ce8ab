using System.Collections.Concurrent;
using System.Net.Security;

using global::MailKit;
using global::MailKit.Net.Smtp;
using global::MailKit.Security;

using Microsoft.Extensions.Options;

using VerificationCodes.Delivery;

namespace RedisSessionWeb.MailKit;

/// <summary>
/// The connections to the mail server: opened when a mail is there, kept for the next one, closed when none comes. No
/// more of them at once than the options allow; who comes then waits.
/// </summary>
internal sealed class MailConnections(IOptions<SmtpOptions> smtp, IOptions<MailKitOptions> options, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.Connections);
    private readonly ConcurrentStack<(SmtpClient Client, long Since)> _idle = new();
    private volatile bool _closed;

    /// <summary>For tests, whose servers have certificates that no authority knows.</summary>
    internal RemoteCertificateValidationCallback? Trust { get; init; }

    /// <summary>Runs something with an open, signed-in connection; one that failed is not kept.</summary>
    public async Task<T> UseAsync<T>(Func<SmtpClient, Task<T>> use, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            var client = await TakeAsync(cancellationToken);
            try
            {
                var result = await use(client);
                Keep(client);
                return result;
            }
            catch (SmtpCommandException) when (client.IsConnected)
            {
                // The server said no to this mail; the connection is as good as before.
                Keep(client);
                throw;
            }
            catch
            {
                client.Dispose();
                throw;
            }
        }
        finally
        {
            _places.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        while (_idle.TryPop(out var one))
        {
            await CloseAsync(one.Client);
        }

        _places.Dispose();
    }

    private async Task<SmtpClient> TakeAsync(CancellationToken cancellationToken)
    {
        while (_idle.TryPop(out var one))
        {
            if (await IsAliveAsync(one.Client, cancellationToken))
            {
                return one.Client;
            }

            one.Client.Dispose();
        }

        return await OpenAsync(cancellationToken);
    }

    // The server may have closed it meanwhile. Asking costs a round trip and saves a mail whose fate is unknown.
    private static async Task<bool> IsAliveAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            if (client.IsConnected)
            {
                await client.NoOpAsync(cancellationToken);
            }

            return client.IsConnected;
        }
        catch (Exception e) when (e is IOException or ProtocolException or CommandException)
        {
            return false;
        }
    }

    private async Task<SmtpClient> OpenAsync(CancellationToken cancellationToken)
    {
        var client = new SmtpClient
        {
            Timeout = (int)options.Value.Timeout.TotalMilliseconds,
            CheckCertificateRevocation = options.Value.CheckRevocation,
            ServerCertificateValidationCallback = Trust,
        };
        try
        {
            await client.ConnectAsync(smtp.Value.Host, smtp.Value.Port, Security(smtp.Value, options.Value), cancellationToken);
            await SignInAsync(client, cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    internal static SecureSocketOptions Security(SmtpOptions smtp, MailKitOptions options) => (options.ImplicitTls ?? smtp.Port == 465, smtp.StartTls) switch
    {
        (true, _) => SecureSocketOptions.SslOnConnect,
        (false, true) => SecureSocketOptions.StartTls,
        (false, false) => SecureSocketOptions.None,
    };

    private async Task SignInAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        if (smtp.Value.User.Length == 0)
        {
            return;
        }

        if (options.Value.AccessTokenFile.Length == 0)
        {
            await client.AuthenticateAsync(smtp.Value.User, smtp.Value.Password, cancellationToken);
            return;
        }

        var token = (await File.ReadAllTextAsync(options.Value.AccessTokenFile, cancellationToken)).Trim();
        await client.AuthenticateAsync(new SaslMechanismOAuth2(smtp.Value.User, token), cancellationToken);
    }

    private void Keep(SmtpClient client)
    {
        if (_closed || options.Value.IdleTimeout == TimeSpan.Zero)
        {
            _ = CloseAsync(client);
            return;
        }

        _idle.Push((client, time.GetTimestamp()));
        _ = CloseWhenIdleAsync();
    }

    private async Task CloseWhenIdleAsync()
    {
        await Task.Delay(options.Value.IdleTimeout, time);
        var young = new List<(SmtpClient Client, long Since)>();
        while (_idle.TryPop(out var one))
        {
            if (time.GetElapsedTime(one.Since) < options.Value.IdleTimeout)
            {
                young.Add(one);
            }
            else
            {
                await CloseAsync(one.Client);
            }
        }

        foreach (var one in young)
        {
            _idle.Push(one);
        }
    }

    private static async Task CloseAsync(SmtpClient client)
    {
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await client.DisconnectAsync(quit: true, soon.Token);
        }
        catch (Exception e) when (e is IOException or ProtocolException or CommandException or OperationCanceledException or ObjectDisposedException)
        {
            // It is closed all the same.
        }

        client.Dispose();
    }
}
