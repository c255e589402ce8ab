using RespClient.Pending;
using RespClient.Protocol;

namespace RespClient.Tags;

/// <summary>The reply to a command with a tag: an array of the tag and of what was asked for, which is left out where it is null.</summary>
internal static class TaggedReply
{
    /// <summary>Whether it is the reply to the command with this tag. An error that is the whole reply has none.</summary>
    public static bool Carries(in RespValue reply, long tag) =>
        reply.Kind == RespKind.Array && reply.Count is 1 or 2 && reply[0] is { Kind: RespKind.Integer } first && first.AsInt64() == tag;

    /// <summary>What was asked for, an error included.</summary>
    public static RespValue Result(in RespValue reply) =>
        reply.IsError ? reply : reply.Count == 2 ? reply[1] : RespValue.Null;
}
