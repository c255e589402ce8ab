using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RespClient;

using TestServers;
using TestServers.Smtp;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;
using VerificationCodes.Grpc.Server;

namespace VerificationCodes.Tests.Bench;

/// <summary>
/// An instance of the library as an application has it, under a key prefix of its own, with transports that keep what
/// they are given. Several instances share a prefix as several processes share a Redis.
/// </summary>
internal sealed class CodeBench : IAsyncDisposable
{
    public const string TestKey = "test:MEdIXKg0aQ1hzTqgM0Vl9gwv8S4Lr1ldZbCJ8mHDxFc=";

    private readonly IHost _host;
    private CodeBench? _front;

    private CodeBench(IHost host, RedisServer server, string prefix, RecordingTransport transport, LogCollector logs)
    {
        _host = host;
        Server = server;
        Prefix = prefix;
        Transport = transport;
        Logs = logs;
    }

    public RedisServer Server { get; }

    public string Prefix { get; }

    public RecordingTransport Transport { get; }

    public LogCollector Logs { get; }

    public IVerificationService Codes => Front.Service<IVerificationService>();

    public ICaptchaService Captchas => Front.Service<ICaptchaService>();

    public INoticeService Notices => Front.Service<INoticeService>();

    public IRedisClient Redis => Service<IRedisClient>();

    // What a caller has: this very process, or another one that asks this one.
    private CodeBench Front => _front ?? this;

    public static async Task<CodeBench> StartAsync(
        RedisServer server, Action<VerificationOptions>? configure = null, Action<IServiceCollection>? services = null, string? prefix = null)
    {
        prefix ??= $"t{Guid.NewGuid():N}:";
        var transport = new RecordingTransport();
        var logs = new LogCollector();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        ClientUnderTest.Add(builder.Services, server.ConnectionString);
        builder.Services.TryAddSingleton<IMailTransport>(transport);
        builder.Services.TryAddSingleton<ISmsTransport>(transport);
        services?.Invoke(builder.Services);
        builder.Services.AddVerificationCodes(options =>
        {
            options.Keys.Add(TestKey);
            options.KeyPrefix = prefix;
            options.Captcha.Image = false;
            options.Captcha.ProofOfWork = false;
            configure?.Invoke(options);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new CodeBench(host, server, prefix, transport, logs);
    }

    /// <summary>The same, asked over gRPC by another process that has no Redis.</summary>
    public static async Task<CodeBench> StartRemoteAsync(
        RedisServer server, Action<VerificationOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var bench = await StartAsync(server, configure, all =>
        {
            all.AddVerificationGrpc(o => (o.Enabled, o.Port) = (true, 0));
            services?.Invoke(all);
        });
        bench._front = await bench.StartFrontAsync(configure);
        return bench;
    }

    /// <summary>A process that asks this one for everything and has no Redis: whatever asked for one would fail.</summary>
    public Task<CodeBench> StartFrontAsync(
        Action<VerificationOptions>? configure = null, int? port = null, Action<IServiceCollection>? services = null) => StartAsync(
        Server,
        options =>
        {
            configure?.Invoke(options);
            options.Keys.Clear();
            options.Remote = new Uri($"http://127.0.0.1:{port ?? Service<VerificationServer>().Port}");
        },
        all =>
        {
            all.AddVerificationGrpc(_ => { }).AddSingleton<IRedisClient, NoRedis>();
            services?.Invoke(all);
        });

    /// <summary>Another instance over the same keys.</summary>
    public Task<CodeBench> StartAnotherAsync(Action<VerificationOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        StartAsync(Server, configure, services, Prefix);

    public T Service<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public static EmailAddress Email(string text = "ann@example.com") =>
        EmailAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);

    public static IssueRequest Ask(string to = "ann@example.com", string challenge = "browser-a", CodePurpose purpose = CodePurpose.Register) =>
        new() { Purpose = purpose, Address = Email(to), Challenge = challenge };

    public static ConfirmRequest Try(
        string code, string to = "ann@example.com", string challenge = "browser-a", CodePurpose purpose = CodePurpose.Register) =>
        new() { Purpose = purpose, Address = Email(to), Challenge = challenge, Code = code };

    public async Task<CaptchaChallenge> NewCaptchaAsync() => (await Captchas.CreateAsync()).Challenge!;

    /// <summary>Asks for a code and returns it once its mail is there.</summary>
    public async Task<string> ReceiveAsync(IssueRequest? request = null)
    {
        request ??= Ask();
        // Other mails may still be on their way: only those to this address count.
        List<OutgoingMail> Here() => [.. Transport.Mails.Where(m => m.To.Equals(request.Address))];
        var before = Here().Count;
        var outcome = await Codes.IssueAsync(request);
        Assert.Equal(IssueStatus.Sent, outcome.Status);
        await Eventually.TrueAsync(() => Here().Count > before);
        return RecordingTransport.CodeIn(Here()[^1]);
    }

    /// <summary>Sends another mail and waits for it: what was to come before has come.</summary>
    public async Task ReceiveMarkAsync(SmtpServer smtp)
    {
        Assert.True((await Codes.IssueAsync(Ask("mark@example.com"))).IsSent);
        await Eventually.TrueAsync(() => smtp.Mails.Any(m => m.To[0] == "mark@example.com"));
    }

    public async Task<ConfirmStatus> ConfirmAsync(ConfirmRequest request) => (await Codes.ConfirmAsync(request)).Status;

    /// <summary>A code that is not this one.</summary>
    public static string Other(string code) => code[..^1] + (code[^1] == '0' ? '1' : '0');

    /// <summary>Lets time pass in Redis: moves everything it holds for this bench into the past.</summary>
    public Task AdvanceAsync(TimeSpan time) => RedisTime.AdvanceAsync(Redis, Prefix, time);

    public async ValueTask DisposeAsync()
    {
        if (_front is not null)
        {
            await _front.DisposeAsync();
        }

        using (var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
        {
            await _host.StopAsync(soon.Token);
        }

        _host.Dispose();
    }
}
