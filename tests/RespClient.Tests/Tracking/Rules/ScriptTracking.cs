using System.Globalization;

using TestServers.Scripted;

namespace RespClient.Tests.Tracking.Rules;

/// <summary>What a server does about keys that a script reads and changes.</summary>
internal enum ScriptTracking
{
    /// <summary>The reply, the push right behind it, and the last read tracks the key again: as Redis does.</summary>
    PushBehindTheReply,

    /// <summary>The push comes before the reply.</summary>
    PushBeforeTheReply,

    /// <summary>What a script reads is not tracked; its changes are told all the same.</summary>
    NoScripts,

    /// <summary>A change ends the tracking for the whole script.</summary>
    UntilTheChange,
}

/// <summary>
/// A server with one record, of which it counts the version. HGETALL reads it, EVAL reads, changes and reads it, HINCRBY
/// changes it on behalf of somebody else, and UNLINK deletes.
/// </summary>
internal sealed class TrackingServer(ScriptTracking scripts)
{
    private readonly HashSet<string> _tracked = [];
    private int _version = 1;

    /// <summary>Whether somebody else changes the record right behind each script.</summary>
    public bool HasBusyOthers { get; init; }

    public ScriptedServer Start() => ScriptedServer.Start(async connection =>
    {
        while (await connection.NextAsync() is { } command)
        {
            await connection.SendAsync(Answer(command));
        }
    });

    private string Answer(ReceivedCommand command)
    {
        switch (command.Name)
        {
            case "HGETALL":
                _tracked.Add(command[0]);
                return Notes.Answer(_version);
            case "HINCRBY":
                return Joined(Number(++_version), PushOf(command[0]));
            case "UNLINK":
                return Joined(Number(1), PushOf(command[0]));
            default:
                return Run(command[2]);
        }
    }

    private string Run(string key)
    {
        if (scripts != ScriptTracking.NoScripts)
        {
            _tracked.Add(key);
        }

        var reply = Number(++_version);
        var push = PushOf(key);
        if (scripts is ScriptTracking.PushBehindTheReply or ScriptTracking.PushBeforeTheReply)
        {
            _tracked.Add(key);
        }

        if (HasBusyOthers && key != "probe")
        {
            _version++;
            push += PushOf(key);
        }

        return Joined(reply, push);
    }

    private string Joined(string reply, string push) =>
        scripts == ScriptTracking.PushBeforeTheReply ? push + reply : reply + push;

    private string PushOf(string key) => _tracked.Remove(key) ? Notes.Push(key) : "";

    private static string Number(int number) => string.Create(CultureInfo.InvariantCulture, $":{number}\r\n");
}
