using System.Diagnostics;

using RespClient.Tests.Model.Rewriting;
using RespClient.Tests.Model.Stepping;
using RespClient.Tests.Model.Table;
using RespClient.Tracking;

namespace RespClient.Tests.Model;

/// <summary>
/// What threads do to the tracked table, as <see cref="QueueModelTests"/> for the queue; and that it is noticed when the table
/// is broken.
/// </summary>
public sealed class TableModelTests(ITestOutputHelper output)
{
    private static readonly Bounds Usual = Environment.GetEnvironmentVariable("LONG_RUN") == "1"
        ? new Bounds(Preemptions: 4, Schedules: 100_000)
        : new Bounds(Preemptions: 2, Schedules: 400);

    private static readonly Bounds OfAFault = new(Preemptions: 2, Schedules: 20_000);

    [Fact]
    public void Whatever_the_order_nobody_who_has_been_told_of_a_write_reads_what_was_before_it()
    {
        using var world = new SteppedWorld();
        foreach (var scenario in typeof(TableScenario).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(TableScenario))))
        {
            var started = Stopwatch.GetTimestamp();
            var exploration = world.Explore(scenario, Usual);
            output.WriteLine($"{scenario.Name}: {exploration.Schedules} schedules{(exploration.IsComplete ? ", all there are" : "")}, {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
            Assert.True(exploration.Failure is null, $"{scenario.Name}: {exploration.Failure}");
        }
    }

    [Fact]
    public void A_push_that_is_heeded_without_the_lock_is_found()
    {
        using var world = new SteppedWorld(BrokenTable.ForgetTheLock);
        AssertFinds(world, typeof(TwoForeignWrites));
    }

    [Fact]
    public void A_write_that_does_not_mark_its_key_is_found()
    {
        using var world = new SteppedWorld(BrokenTable.Break(nameof(TrackingRules.MarkOwnWrites)));
        AssertFinds(world, typeof(AMarkedWrite));
    }

    [Fact]
    public void A_record_that_outlives_its_connection_is_found()
    {
        using var world = new SteppedWorld(BrokenTable.Break(nameof(TrackingRules.DropOnDisconnect)));
        AssertFinds(world, typeof(AReconnection));
    }

    private void AssertFinds(SteppedWorld world, Type scenario)
    {
        var exploration = world.Explore(scenario, OfAFault);
        output.WriteLine($"After {exploration.Schedules} schedules: {exploration.Failure?.Split('\n')[0]}");
        Assert.NotNull(exploration.Failure);
    }
}
