using RedisSessions.Records;
using RedisSessions.Request;

namespace RedisSessions.Tests.Commits;

/// <summary>Exact updates of one process that stand in line.</summary>
public sealed class UpdateTurnsTests
{
    private static readonly SessionRecord Record = new()
    {
        Version = 3, CreatedAt = default, RenewedAt = default, Lifetime = default, Values = RecordValues.Empty,
    };

    [Fact]
    public async Task Sessions_whose_updates_stand_in_one_line_never_build_on_each_others_values()
    {
        var turns = new UpdateTurns();
        using (var turn = await turns.WaitAsync("mine", TimeSpan.FromSeconds(10)))
        {
            turn.HandOn(Record);
        }

        for (var i = 0; i < 1000; i++)
        {
            using var other = await turns.WaitAsync($"other {i}", TimeSpan.FromSeconds(10));
            Assert.Null(other.Latest);
        }

        using var next = await turns.WaitAsync("mine", TimeSpan.FromSeconds(10));
        Assert.Same(Record, next.Latest);
    }

    [Fact]
    public async Task Who_gets_no_turn_in_time_goes_on_without_it_and_leaves_it_to_who_has_it()
    {
        var turns = new UpdateTurns();
        var first = await turns.WaitAsync("mine", TimeSpan.FromSeconds(10));

        using (var second = await turns.WaitAsync("mine", TimeSpan.FromMilliseconds(20)))
        {
            first.HandOn(Record);
            Assert.Null(second.Latest);
        }

        Assert.True(turns.IsBusy("mine"));
        first.Dispose();
        Assert.False(turns.IsBusy("mine"));
    }
}
