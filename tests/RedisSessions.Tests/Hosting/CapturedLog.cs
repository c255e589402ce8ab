using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

namespace RedisSessions.Tests.Hosting;

/// <summary>Keeps the lines that the application logs.</summary>
internal sealed class CapturedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, LogLevel Level, string Text)> _lines = new();

    public IEnumerable<(string Category, LogLevel Level, string Text)> Lines => _lines;

    /// <summary>The lines of the session library.</summary>
    public IEnumerable<(LogLevel Level, string Text)> OfSessions =>
        _lines.Where(line => line.Category.StartsWith("RedisSessions", StringComparison.Ordinal))
            .Select(line => (line.Level, line.Text));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._lines.Enqueue((category, logLevel, formatter(state, exception) + exception));
    }
}
