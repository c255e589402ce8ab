using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace TestServers;

/// <summary>Waits, with a bound, for something that another thread, process or socket makes true.</summary>
public static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>Returns as soon as the condition holds; fails when it does not within ten seconds.</summary>
    /// <exception cref="TimeoutException">The condition never held; the message quotes it.</exception>
    public static Task TrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? text = null) =>
        TrueAsync(() => new ValueTask<bool>(condition()), text);

    /// <summary>Returns as soon as the condition holds; fails when it does not within ten seconds.</summary>
    /// <exception cref="TimeoutException">The condition never held; the message quotes it.</exception>
    public static Task TrueAsync(
        Func<ValueTask<bool>> condition, [CallerArgumentExpression(nameof(condition))] string? text = null) =>
        TrueWithinAsync(Bound, condition, text);

    /// <summary>As <see cref="TrueAsync(Func{ValueTask{bool}}, string)"/>, with a bound for what a busy machine is slow at.</summary>
    public static async Task TrueWithinAsync(
        TimeSpan bound, Func<ValueTask<bool>> condition, [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > bound)
            {
                throw new TimeoutException($"Not true within {bound.TotalSeconds} s: {text}");
            }

            await Task.Delay(2);
        }
    }
}
