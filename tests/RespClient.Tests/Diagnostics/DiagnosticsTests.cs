using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using RespClient.Commands;
using RespClient.Tests.Connections;
using RespClient.Tests.Pipelines;

using TestServers;

namespace RespClient.Tests.Diagnostics;

[Collection(nameof(AloneOnTheMachine))]
public sealed class DiagnosticsTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    private readonly string _key = "secret-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Durations_and_failures_are_measured_by_command_and_kind()
    {
        var seen = new ConcurrentBag<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == "RespClient")
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen.Add($"{instrument.Name} {Show(tags)} {value < 10}"));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Add($"{instrument.Name} {Show(tags)} {value}"));
        listener.Start();
        await using var client = await fixture.ConnectAsync();
        await client.SetAsync(_key, "x");
        await Assert.ThrowsAsync<RedisServerException>(async () => await client.HGetAllAsync(_key));
        listener.RecordObservableInstruments();
        Assert.Contains("db.client.operation.duration db.system.name=redis db.operation.name=SET True", seen);
        Assert.Contains("respclient.commands.failed error.type=WrongType 1", seen);
        Assert.Contains("respclient.connections.opened  1", seen);
        Assert.Contains("respclient.commands.unsent  0", seen);
        Assert.Contains("respclient.commands.in_flight  0", seen);
        Assert.DoesNotContain(seen, line => line.Contains(_key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_command_is_a_span_with_its_name_and_error_and_without_its_arguments()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "RespClient",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var client = await fixture.ConnectAsync();
        await client.SetAsync(_key, "x");
        await Assert.ThrowsAsync<RedisServerException>(async () => await client.HGetAllAsync(_key));
        Assert.Equal(["SET", "HGETALL"], spans.Select(span => span.DisplayName));
        Assert.Equal("WrongType", spans.Last().GetTagItem("error.type"));
        Assert.All(spans, span => Assert.DoesNotContain(span.TagObjects, tag => $"{tag.Value}".Contains(_key, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Logs_name_end_point_epoch_and_reason_and_no_secret()
    {
        var logs = new LogRecorder();
        await using var server = await RedisServer.StartAsync("--requirepass", "hunter2");
        await using (var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = $"{server.ConnectionString},password=hunter2" }, logs))
        {
            await client.SetAsync(_key, _key);
            await server.StopAsync();
            await Eventually.TrueAsync(() => logs.Lines.Any(line => line.StartsWith("Warning Cannot connect", StringComparison.Ordinal)));
            await server.StartAgainAsync();
            await Eventually.TrueAsync(() => client.IsConnected);
        }

        Assert.Contains($"Information Connected to {server.ConnectionString} (epoch 1, RESP3).", logs.Lines);
        Assert.Contains($"Warning Lost the connection to {server.ConnectionString} (epoch 1): the server closed the connection", logs.Lines);
        Assert.Contains($"Information Connected to {server.ConnectionString} (epoch 2, RESP3).", logs.Lines);

        // The end of the client is no loss.
        Assert.Single(logs.Lines, line => line.Contains("Lost the connection", StringComparison.Ordinal));
        Assert.DoesNotContain(logs.Lines, line => line.Contains(_key, StringComparison.Ordinal) || line.Contains("hunter2", StringComparison.Ordinal));
    }

    private static string Show(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));

    private sealed class LogRecorder : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
