using System.Text;

namespace TestServers.Scripted;

/// <summary>A command as it arrived at a scripted server: its name in upper case and its arguments.</summary>
public sealed class ReceivedCommand
{
    internal ReceivedCommand(IReadOnlyList<byte[]> words)
    {
        Name = Encoding.UTF8.GetString(words[0]).ToUpperInvariant();
        Arguments = [.. words.Skip(1)];
    }

    public string Name { get; }

    public IReadOnlyList<byte[]> Arguments { get; }

    /// <summary>The argument as text; empty when there are fewer.</summary>
    public string this[int index] => index < Arguments.Count ? Encoding.UTF8.GetString(Arguments[index]) : "";

    /// <summary>Name and arguments, with spaces between: for assertions on short commands.</summary>
    public string Text => string.Join(' ', Arguments.Select(Encoding.UTF8.GetString).Prepend(Name));

    /// <summary>Whether a client sends this on its own when it connects, or to see whether the server lives.</summary>
    public bool IsHousekeeping => Name is "HELLO" or "AUTH" or "CLIENT" or "SELECT" or "PING";

    public override string ToString() => Text;
}
