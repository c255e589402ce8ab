namespace RedisSessions.Commits;

/// <summary>
/// Lets the updates of one session that met a conflict try again one after another, instead of defeating each other.
/// Only a courtesy among the requests of this process: what makes an update exact is the script.
/// </summary>
internal sealed class UpdateTurns
{
    private const int Lanes = 64;

    private readonly SemaphoreSlim[] _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits for the turn, or until it has waited long enough; disposing ends the turn.</summary>
    public async ValueTask<Turn> WaitAsync(string key, TimeSpan longest)
    {
        var lane = _lanes[(uint)string.GetHashCode(key, StringComparison.Ordinal) % Lanes];
        return new Turn(await lane.WaitAsync(longest) ? lane : null);
    }

    public readonly struct Turn(SemaphoreSlim? lane) : IDisposable
    {
        public void Dispose() => lane?.Release();
    }
}
