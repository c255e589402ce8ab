using RespClient.Stress.Callers;

namespace RespClient.Stress.Kinds;

/// <summary>One kind of call, and what its caller must get.</summary>
/// <param name="name">For the figures.</param>
/// <param name="commands">
/// The commands that it sends over the shared connection: errors about it name one of them. None: it uses others as well.
/// </param>
internal abstract class CallKind(string name, params string[] commands)
{
    public string Name => name;

    /// <summary>How many callers may be in it at a time.</summary>
    public virtual int Limit => int.MaxValue;

    /// <summary>Makes the call.</summary>
    /// <exception cref="ForeignReplyException">The caller got what it must never get.</exception>
    /// <exception cref="Exception">As the client throws it.</exception>
    public abstract ValueTask CallAsync(Call call);

    /// <summary>Whether the message of an error can be about this kind of call.</summary>
    public bool IsNamedBy(string message) =>
        commands.Length == 0 || commands.Any(command => message.Contains(command, StringComparison.Ordinal));
}
