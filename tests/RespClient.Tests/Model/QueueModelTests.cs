using System.Diagnostics;

using RespClient.Tests.Model.Queue;
using RespClient.Tests.Model.Rewriting;
using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model;

/// <summary>
/// What threads do to the queue in every order of their steps, plain field accesses included, in which a thread is held up no
/// more than twice where it could go on; three times with <c>LONG_RUN=1</c>.
/// </summary>
public sealed class QueueModelTests(ITestOutputHelper output)
{
    private static readonly int MaxPreemptions = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 3 : 2;

    private static readonly Type[] Scenarios =
        [.. typeof(QueueScenario).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(QueueScenario)))];

    [Fact]
    public void WhateverTheOrderEachCallerGetsItsOwnReplyOrTheTruthAndNothingIsLeftBehind()
    {
        using var world = new SteppedWorld();
        foreach (var scenario in Scenarios)
        {
            var started = Stopwatch.GetTimestamp();
            var exploration = world.Explore(scenario, MaxPreemptions);
            output.WriteLine($"{scenario.Name}: {exploration.Schedules} schedules, {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
            Assert.True(exploration.Failure is null, $"{scenario.Name}: {exploration.Failure}");
        }
    }

    [Fact]
    public void ASegmentThatTheReaderEmptiesUnderAWalkIsNoticed()
    {
        using var world = new SteppedWorld(EarlierFifo.PutBack);
        var exploration = world.Explore(typeof(GivenUpWhileTheReaderLeavesASegment), MaxPreemptions);
        output.WriteLine($"After {exploration.Schedules} schedules: {exploration.Failure}");
        Assert.NotNull(exploration.Failure);
    }
}
