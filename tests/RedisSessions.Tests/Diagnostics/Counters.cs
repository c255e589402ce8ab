using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RedisSessions.Tests.Diagnostics;

/// <summary>The counters of the meter <c>RedisSessions</c> of one application, from when it is made.</summary>
internal sealed class Counters : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _values = new();
    private readonly MeterListener _listener = new();

    public Counters(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "RedisSessions" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, 1, tags));
        _listener.Start();
    }

    public long this[string name] => _values.GetValueOrDefault("redissessions." + name);

    public long this[string name, string tag] => _values.GetValueOrDefault($"redissessions.{name}/{tag}");

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _values.AddOrUpdate(instrument.Name, value, (_, before) => before + value);
        foreach (var tag in tags)
        {
            _values.AddOrUpdate($"{instrument.Name}/{tag.Value}", value, (_, before) => before + value);
        }
    }
}
