using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TestServers.Smtp;

/// <summary>
/// A mail server in the test's own process, whose every answer the test may choose. It knows no TLS. What it hears is told
/// in words: CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, TEXT (all of it, with its last line), NOOP, RSET, QUIT.
/// </summary>
public sealed class ScriptedSmtpServer : IAsyncDisposable
{
    /// <summary>In place of an answer: hangs up.</summary>
    public const string HangUp = "";

    private static readonly Dictionary<string, string> Usual = new()
    {
        ["CONNECT"] = "220 ready", ["EHLO"] = "250-here\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250 AUTH PLAIN", ["AUTH"] = "235 signed in",
        ["DATA"] = "354 go on", ["QUIT"] = "221 bye",
    };

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly Func<string, string?> _answer;

    /// <summary>Starts it.</summary>
    /// <param name="answer">The answer to a word: null is none at all, as long as the test lasts.</param>
    public ScriptedSmtpServer(Func<string, string?>? answer = null)
    {
        _answer = answer ?? UsualAnswer;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The words heard so far, over all connections.</summary>
    public IReadOnlyList<string> Heard => [.. _heard];

    public int Count(string word) => _heard.Count(heard => heard == word);

    /// <summary>What a server that works says.</summary>
    public static string UsualAnswer(string word) => Usual.GetValueOrDefault(word, "250 well");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var closing = client;
        var token = _end.Token;
        try
        {
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            var goesOn = await AnswerAsync("CONNECT", client.GetStream(), token);
            while (goesOn && await reader.ReadLineAsync(token) is { } line)
            {
                var word = line.Split(' ')[0].ToUpperInvariant();
                goesOn = await AnswerAsync(word, client.GetStream(), token);
                if (goesOn && word == "DATA")
                {
                    goesOn = await IsWholeTextAsync(reader, token) && await AnswerAsync("TEXT", client.GetStream(), token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client has gone, or the test is over.
        }
    }

    private static async Task<bool> IsWholeTextAsync(StreamReader reader, CancellationToken token)
    {
        while (await reader.ReadLineAsync(token) is { } line)
        {
            if (line == ".")
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> AnswerAsync(string word, NetworkStream stream, CancellationToken token)
    {
        var answer = _answer(word);
        _heard.Enqueue(word);
        if (answer is null)
        {
            await Task.Delay(Timeout.Infinite, token);
        }

        if (answer == HangUp)
        {
            return false;
        }

        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer + "\r\n"), token);
        return true;
    }
}
