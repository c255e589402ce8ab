using System.Diagnostics;

namespace RespClient.Stress.Results;

/// <summary>
/// Bounds that a busy machine does not break: time counts only while this process comes to run. A machine that stands
/// still for ten seconds takes none of a bound of five.
/// </summary>
internal static class Patience
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether a task has ended within a bound, well or not.</summary>
    public static Task<bool> EndsAsync(Task task, TimeSpan bound) => HoldsAsync(() => new ValueTask<bool>(task.IsCompleted), bound, task);

    /// <summary>Whether something becomes true within a bound.</summary>
    public static Task<bool> HoldsAsync(Func<ValueTask<bool>> condition, TimeSpan bound) => HoldsAsync(condition, bound, null);

    private static async Task<bool> HoldsAsync(Func<ValueTask<bool>> condition, TimeSpan bound, Task? wakes)
    {
        var spent = TimeSpan.Zero;
        while (!await condition())
        {
            if (spent >= bound)
            {
                return false;
            }

            var from = Stopwatch.GetTimestamp();
            var glance = Task.Delay(Glance);
            await (wakes is null ? glance : Task.WhenAny(wakes, glance));
            var took = Stopwatch.GetElapsedTime(from);
            spent += took < 3 * Glance ? took : Glance;
        }

        return true;
    }
}
