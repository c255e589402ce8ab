using RedisSessions.Diagnostics;
using RedisSessions.Records;

namespace RedisSessions.Redis;

/// <summary>
/// Asks again where the first answer would end a session, or cannot be the answer. A record that names another key is
/// never handed out.
/// </summary>
/// <param name="report">Logs and counts what was found.</param>
/// <param name="connection">What brought the answer; <see langword="null"/>: nothing that can be dropped.</param>
internal sealed class SecondLook(RecordReport report, SuspectConnection? connection)
{
    private const string NotItsOwn = "A reply to a session held what belongs to another.";

    public RecordReport Report => report;

    /// <summary>As <see cref="SuspectConnection.Drops"/>.</summary>
    public int Drops => connection?.Drops ?? 0;

    /// <summary>Settles what an answer without a record means.</summary>
    /// <param name="key">The record's key.</param>
    /// <param name="first">The answer.</param>
    /// <param name="drops"><see cref="Drops"/> before it was asked for.</param>
    /// <param name="askAgain">Gets another one, where possible one that names its question.</param>
    /// <returns>What counts. Never foreign.</returns>
    /// <exception cref="SessionUnavailableException">It was foreign twice, and nothing could be dropped in between.</exception>
    public async ValueTask<RecordReading> ConfirmAsync(
        string key, RecordReading first, int drops, Func<ValueTask<RecordReading>> askAgain)
    {
        var isForeign = first.Kind == RecordReadingKind.Foreign;
        if (isForeign)
        {
            NoteForeign(key, drops);
        }

        var second = await askAgain();
        if (second.Kind == RecordReadingKind.Foreign)
        {
            if (!isForeign)
            {
                NoteForeign(key, drops);
            }

            return connection is not null ? RecordReading.Broken : throw report.ForeignTwice();
        }

        if (second.Kind == RecordReadingKind.Found && first.Kind is RecordReadingKind.Missing or RecordReadingKind.Broken)
        {
            report.Contradicted(key, first.Kind);
            connection?.Drop(key, drops, NotItsOwn);
        }

        return second;
    }

    // Once dropped for, the record itself is the one that is wrong: no alarm with each request that asks for it.
    private void NoteForeign(string key, int drops) =>
        report.Foreign(key, isAlarm: connection?.Drop(key, drops, NotItsOwn) ?? true);
}
