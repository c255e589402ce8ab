using RedisSessions.Records;

namespace RedisSessions.Request;

/// <summary>
/// Lets the exact updates of one session by this process go one after another once they have met, instead of defeating
/// each other. Only a courtesy: what makes an update exact is the script.
/// </summary>
internal sealed class UpdateTurns
{
    private const int Lanes = 64;

    private readonly Lane[] _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new Lane())];

    /// <summary>Whether an update has the turn, or waits for it.</summary>
    public bool IsBusy(string key) => LaneOf(key).Gate.CurrentCount == 0;

    /// <summary>
    /// Waits for the turn as long as those in front make progress; disposing ends the turn. Without progress for
    /// <paramref name="patience"/>, Redis does not answer, and each update goes ahead to find that out.
    /// </summary>
    public async ValueTask<Turn> WaitAsync(string key, TimeSpan patience)
    {
        var lane = LaneOf(key);
        while (true)
        {
            var before = lane.Progress;
            if (await lane.Gate.WaitAsync(patience))
            {
                return new Turn(lane, key, hasGate: true);
            }

            if (lane.Progress == before)
            {
                return new Turn(lane, key, hasGate: false);
            }
        }
    }

    private Lane LaneOf(string key) => _lanes[(uint)string.GetHashCode(key, StringComparison.Ordinal) % Lanes];

    internal sealed class Lane
    {
        private long _progress;

        public SemaphoreSlim Gate { get; } = new(1);

        public long Progress => Interlocked.Read(ref _progress);

        /// <summary>What the last one has written, and under which key.</summary>
        public (string Key, SessionRecord Record)? Latest { get; set; }

        public void GotOn() => Interlocked.Increment(ref _progress);
    }

    internal readonly struct Turn(Lane lane, string key, bool hasGate) : IDisposable
    {
        /// <summary>The record as the previous turn left it; <see langword="null"/> where that is not known.</summary>
        public SessionRecord? Latest => hasGate && lane.Latest is { } latest && latest.Key == key ? latest.Record : null;

        /// <summary>The turn's work is done; the next one may build on it.</summary>
        public void HandOn(SessionRecord? record)
        {
            lane.GotOn();
            if (hasGate)
            {
                lane.Latest = record is null ? null : (key, record);
            }
        }

        public void Dispose()
        {
            if (hasGate)
            {
                lane.Gate.Release();
            }
        }
    }
}
