using System.Diagnostics;

using RespClient.Tests.Model.Queue;
using RespClient.Tests.Model.Rewriting;
using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model;

/// <summary>
/// What threads do to the queue in many orders of their steps, plain field accesses included: first every order in which no
/// thread is held up where it could go on, then those in which one is once, then twice, until so many were run. With
/// <c>LONG_RUN=1</c> a hundred thousand of each scenario, and three times.
/// </summary>
public sealed class QueueModelTests(ITestOutputHelper output)
{
    private static readonly Bounds Usual = Environment.GetEnvironmentVariable("LONG_RUN") == "1"
        ? new Bounds(Preemptions: 3, Schedules: 100_000)
        : new Bounds(Preemptions: 2, Schedules: 400);

    private static readonly Bounds OfAFault = new(Preemptions: 2, Schedules: 20_000);

    [Fact]
    public void Whatever_the_order_each_caller_gets_its_own_reply_or_the_truth_and_nothing_is_left_behind()
    {
        using var world = new SteppedWorld();
        foreach (var scenario in typeof(QueueScenario).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(QueueScenario))))
        {
            var started = Stopwatch.GetTimestamp();
            var exploration = world.Explore(scenario, Usual);
            output.WriteLine($"{scenario.Name}: {exploration.Schedules} schedules{(exploration.IsComplete ? ", all there are" : "")}, {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
            Assert.True(exploration.Failure is null, $"{scenario.Name}: {exploration.Failure}");
        }
    }

    [Fact]
    public void A_segment_that_the_reader_empties_while_a_walk_is_in_it_is_found()
    {
        using var world = new SteppedWorld(EarlierFifo.PutBack);
        var exploration = world.Explore(typeof(GivenUpWhileTheReaderLeavesASegment), OfAFault);
        output.WriteLine($"After {exploration.Schedules} schedules: {exploration.Failure?.Split('\n')[0]}");
        Assert.Contains("five ended as: Pending", exploration.Failure, StringComparison.Ordinal);
        Assert.Contains("reader: Write Segment.Next", exploration.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("did not fail alike", exploration.Failure, StringComparison.Ordinal);
    }
}
