using System.Globalization;

namespace RedisSessions.Tests.Coherence;

/// <summary>What an operation did to a session, as whoever ran it was told.</summary>
internal enum Deed
{
    /// <summary>Looked at it.</summary>
    Read,

    /// <summary>Changed it: its version is known.</summary>
    Write,

    /// <summary>Ended it.</summary>
    End,

    /// <summary>Failed on the way: it may have changed or ended the session.</summary>
    Unknown,
}

/// <summary>One operation on one session.</summary>
/// <param name="Instance">Where it ran; negative for a writer that is none of ours.</param>
/// <param name="Deed">What it did.</param>
/// <param name="Began">Its place in the order of all beginnings and ends.</param>
/// <param name="Ended">As <paramref name="Began"/>.</param>
/// <param name="Heard">
/// The latest beginning of a command of this instance that had been answered when this one began: what Redis had done
/// before that, it has told by then.
/// </param>
/// <param name="BeganAt">Milliseconds by the clock of the process, which is Redis' as well.</param>
/// <param name="EndedAt">As <paramref name="BeganAt"/>.</param>
/// <param name="Version">The version read or written; <see cref="SessionHistory.None"/> where there is no session.</param>
/// <param name="Stamp">The value read or written; <see langword="null"/>: it was not touched.</param>
/// <param name="ExpiresAt">When the record that was read ends, in milliseconds; 0 where there is none.</param>
internal readonly record struct Operation(
    int Instance, Deed Deed, long Began, long Ended, long Heard, double BeganAt, double EndedAt, long Version, string? Stamp, double ExpiresAt);

/// <summary>All that happened to one session, and whether it may have happened.</summary>
internal sealed class SessionHistory(double maxStaleness)
{
    /// <summary>The version of a session that is no more.</summary>
    public const long None = long.MaxValue;

    // The clock that Redis reads and ours are one; it is read in whole milliseconds there, and by a tick here.
    private const double ClockSlack = 25;

    private readonly List<Operation> _operations = [];

    public void Add(in Operation operation)
    {
        lock (_operations)
        {
            _operations.Add(operation);
        }
    }

    /// <summary>What must not have happened, in words.</summary>
    public IEnumerable<string> Faults()
    {
        var tellings = _operations.Where(o => o.Deed is Deed.Write or Deed.End).ToArray();
        var reads = _operations.Where(o => o.Deed == Deed.Read).ToArray();
        var firstEnd = _operations.Where(o => o.Deed is Deed.End or Deed.Unknown).Select(o => o.Began).DefaultIfEmpty(long.MaxValue).Min();
        var everywhere = new Floor(tellings.Select(o => ((double)o.Ended, o.Version)));
        var inTime = new Floor(tellings.Select(o => (o.EndedAt, o.Version)));
        var here = _operations.Where(o => o.Deed != Deed.Unknown).GroupBy(o => o.Instance)
            .ToDictionary(group => group.Key, group => new Floor(group.Select(o => ((double)o.Ended, o.Version))));
        var stamps = new Stamps(tellings, isWhole: _operations.TrueForAll(o => o.Deed != Deed.Unknown));
        foreach (var read in reads)
        {
            var (version, what) = (read.Version, Name(read.Version));
            if (version < here[read.Instance].Before(read.Began))
            {
                yield return $"{what} was read after the same instance had seen or written {Name(here[read.Instance].Before(read.Began))}";
            }

            if (version < everywhere.Before(read.Heard))
            {
                yield return $"{what} was read after Redis had told of {Name(everywhere.Before(read.Heard))}";
            }

            if (version < inTime.Before(read.BeganAt - maxStaleness))
            {
                yield return $"{what} was read later than {maxStaleness} ms after {Name(inTime.Before(read.BeganAt - maxStaleness))}";
            }

            if (version == None && firstEnd > read.Ended && LivesUntil(everywhere.Before(read.Began)) > read.EndedAt + ClockSlack)
            {
                yield return "a session that lives was not found";
            }

            if (version != None && read.BeganAt > read.ExpiresAt + ClockSlack)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{what} was read {read.BeganAt - read.ExpiresAt} ms after its end");
            }

            if (version != None && stamps.At(version) is { } stamp && stamp != read.Stamp)
            {
                yield return $"{what} was read with {read.Stamp} instead of {stamp}";
            }
        }
    }

    // How long the session lives at least, once this version was there, as far as anybody has seen.
    private double LivesUntil(long version) =>
        _operations.Where(o => o.Version >= version && o.Version != None).Select(o => o.ExpiresAt).DefaultIfEmpty(0).Min();

    private static string Name(long version) => version == None ? "the end" : string.Create(CultureInfo.InvariantCulture, $"version {version}");

    /// <summary>The highest version that was told of before a point in time.</summary>
    private sealed class Floor
    {
        private readonly double[] _at;
        private readonly long[] _versions;

        public Floor(IEnumerable<(double At, long Version)> tellings)
        {
            var sorted = tellings.OrderBy(telling => telling.At).ToArray();
            _at = [.. sorted.Select(telling => telling.At)];
            _versions = [.. sorted.Select(telling => telling.Version)];
            for (var i = 1; i < _versions.Length; i++)
            {
                _versions[i] = Math.Max(_versions[i], _versions[i - 1]);
            }
        }

        public long Before(double point)
        {
            var place = Array.BinarySearch(_at, point);
            place = place < 0 ? ~place : place;
            while (place > 0 && _at[place - 1] >= point)
            {
                place--;
            }

            return place == 0 ? 0 : _versions[place - 1];
        }
    }

    /// <summary>The value that each version has: its own, or that of the version before where it left the value alone.</summary>
    private sealed class Stamps
    {
        private readonly SortedList<long, string?> _byVersion = [];

        public Stamps(IEnumerable<Operation> writes, bool isWhole)
        {
            if (isWhole)
            {
                string? last = null;
                foreach (var write in writes.Where(o => o.Deed == Deed.Write).OrderBy(o => o.Version))
                {
                    _byVersion[write.Version] = last = write.Stamp ?? last;
                }
            }
        }

        public string? At(long version) => _byVersion.GetValueOrDefault(version);
    }
}
