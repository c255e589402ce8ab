using RespClient.Wire;

namespace RespClient.Tests.Reading;

public sealed class CallerPaceTests
{
    private readonly Clock _clock = new();
    private readonly CallerPace _pace;

    public CallerPaceTests() => _pace = new CallerPace(_clock, processors: 8);

    [Fact]
    public void Callers_are_taken_for_quick_until_they_are_slow()
    {
        Assert.True(_pace.AreQuick(_clock.Now));
        Note(callers: 10, microseconds: 1000, times: 3);
        Assert.False(_pace.AreQuick(_clock.Now));
    }

    [Theory]
    [InlineData(1, 220, true)]
    [InlineData(2, 220, true)]
    [InlineData(2, 320, false)]
    [InlineData(3, 220, false)]
    [InlineData(3, 79, true)]
    [InlineData(8, 220, false)]
    public void Few_processors_make_longer_callers_quick_because_another_thread_would_wait_for_one(int processors, int microseconds, bool areQuick)
    {
        var pace = new CallerPace(_clock, processors);
        for (var batch = 0; batch < 10; batch++)
        {
            pace.Note(20, 20, microseconds * _clock.TimestampFrequency / 1_000_000);
        }

        Assert.Equal(areQuick, pace.AreQuick(_clock.Now));
    }

    [Fact]
    public void Many_callers_who_are_quick_each_are_quick_however_long_they_take_together()
    {
        Note(callers: 1000, microseconds: 1000, times: 50);
        Assert.True(_pace.AreQuick(_clock.Now));
    }

    [Fact]
    public void A_reader_that_lost_its_processor_now_and_then_is_no_slow_caller()
    {
        for (var round = 0; round < 100; round++)
        {
            Note(callers: 10, microseconds: 4000, times: 1);
            Note(callers: 10, microseconds: 10, times: 5);
            Assert.True(_pace.AreQuick(_clock.Now), $"round {round}");
        }
    }

    [Fact]
    public void Slow_callers_that_become_quick_are_taken_for_quick_again()
    {
        Note(callers: 10, microseconds: 5000, times: 1000);
        Note(callers: 10, microseconds: 10, times: 100);
        Assert.True(_pace.AreQuick(_clock.Now));
    }

    [Fact]
    public void A_caller_that_blocks_again_and_again_is_distrusted_twice_as_long_up_to_ten_seconds()
    {
        foreach (var expected in (double[])[0.25, 0.5, 1, 2, 4, 8, 10, 10])
        {
            _pace.Distrust(_clock.Now);
            _clock.Advance(TimeSpan.FromSeconds(expected * 0.99));
            Assert.False(_pace.AreQuick(_clock.Now), $"before {expected} s");
            _clock.Advance(TimeSpan.FromSeconds(expected * 0.02));
            Assert.True(_pace.AreQuick(_clock.Now), $"after {expected} s");
        }

        _clock.Advance(TimeSpan.FromMinutes(2));
        _pace.Distrust(_clock.Now);
        _clock.Advance(TimeSpan.FromSeconds(0.3));
        Assert.True(_pace.AreQuick(_clock.Now));
    }

    private void Note(int callers, int microseconds, int times)
    {
        for (var time = 0; time < times; time++)
        {
            _pace.Note(callers, callers, microseconds * _clock.TimestampFrequency / 1_000_000);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public long Now { get; private set; } = 1_000;

        public override long GetTimestamp() => Now;

        public void Advance(TimeSpan by) => Now += (long)(by.TotalSeconds * TimestampFrequency);
    }
}
