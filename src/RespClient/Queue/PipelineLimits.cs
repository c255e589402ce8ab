namespace RespClient.Queue;

/// <summary>What a pipeline holds at most, for how long, and what it does with reads of a lost connection.</summary>
/// <param name="CommandTimeout">For commands that name none.</param>
/// <param name="MaxUnsentCommands">Commands that no connection has taken yet.</param>
/// <param name="MaxUnsentBytes">Their bytes; a single command may be longer.</param>
/// <param name="SilenceLimit">A connection that owes replies and sends nothing for this long is taken for dead.</param>
/// <param name="ChecksStepEvery">How often, while commands are sent, it is checked that replies are in step; <see langword="null"/>: only when asked.</param>
/// <param name="SendsReadsAgain">Whether read-only commands that a lost connection left unanswered go to the next one.</param>
internal sealed record PipelineLimits(
    TimeSpan CommandTimeout, int MaxUnsentCommands, int MaxUnsentBytes, TimeSpan SilenceLimit, TimeSpan? ChecksStepEvery, bool SendsReadsAgain);
