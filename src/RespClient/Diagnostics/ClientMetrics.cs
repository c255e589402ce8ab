using System.Diagnostics.Metrics;

namespace RespClient.Diagnostics;

/// <summary>The numbers of one client, under the meter <c>RespClient</c>. Nothing is measured while nobody listens.</summary>
internal sealed class ClientMetrics : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "RespClient";

    private readonly Meter _meter = new(Name);
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _opened;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _foreign;

    public ClientMetrics()
    {
        _duration = _meter.CreateHistogram<double>("db.client.operation.duration", "s", "From the call to the reply of a command.");
        _failed = _meter.CreateCounter<long>("respclient.commands.failed", "{command}", "Commands that ended in an error, by its kind.");
        _opened = _meter.CreateCounter<long>("respclient.connections.opened", "{connection}", "Connections whose handshake succeeded.");
        _lost = _meter.CreateCounter<long>("respclient.connections.lost", "{connection}", "Connections that ended without being asked to.");
        _foreign = _meter.CreateCounter<long>("respclient.replies.foreign", "{reply}", "Replies that were not those to the commands in their places; each cost its connection.");
    }

    /// <summary>Whether a command needs the exact time of its start.</summary>
    public bool TimesCommands => _duration.Enabled;

    /// <summary>Reports the commands that wait to be sent and those that wait for their replies.</summary>
    public void Watch(Func<(long Unsent, long InFlight)> look)
    {
        _meter.CreateObservableUpDownCounter("respclient.commands.unsent", () => look().Unsent, "{command}", "Commands that no connection has taken yet.");
        _meter.CreateObservableUpDownCounter("respclient.commands.in_flight", () => look().InFlight, "{command}", "Commands that were written and not answered yet.");
    }

    public void Answered(string command, TimeSpan duration) => _duration.Record(
        duration.TotalSeconds, new("db.system.name", "redis"), new("db.operation.name", command));

    /// <param name="kind"><c>timeout</c>, <c>not_sent</c>, <c>outcome_unknown</c>, or a server error's first word.</param>
    public void Failed(string kind) => _failed.Add(1, new KeyValuePair<string, object?>("error.type", kind));

    public void Opened() => _opened.Add(1);

    public void Lost() => _lost.Add(1);

    public void Foreign() => _foreign.Add(1);

    public void Dispose() => _meter.Dispose();
}
