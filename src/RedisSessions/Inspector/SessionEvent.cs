namespace RedisSessions.Inspector;

/// <summary>Something that happened to a session.</summary>
/// <param name="Kind"><c>created</c>, <c>renewed</c>, <c>destroyed</c> or <c>expired</c>.</param>
/// <param name="Id">The public id.</param>
/// <param name="PreviousId">The public id it had before, where it got a new one.</param>
/// <param name="UserId">Who is signed in, where known.</param>
/// <param name="At">When.</param>
internal sealed record SessionEvent(string Kind, string Id, string? PreviousId, string? UserId, DateTimeOffset At)
{
    public const string Created = "created";
    public const string Renewed = "renewed";
    public const string Destroyed = "destroyed";
    public const string Expired = "expired";
}
