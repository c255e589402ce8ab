namespace RespClient.Pipelines;

/// <summary>What a pipeline holds at most, and for how long.</summary>
/// <param name="CommandTimeout">For commands that name none.</param>
/// <param name="MaxUnsentCommands">Commands that no connection has taken yet.</param>
/// <param name="MaxUnsentBytes">Their bytes; a single command may be longer.</param>
/// <param name="SilenceLimit">A connection that owes replies and sends nothing for this long is taken for dead.</param>
internal sealed record PipelineLimits(TimeSpan CommandTimeout, int MaxUnsentCommands, int MaxUnsentBytes, TimeSpan SilenceLimit);
