namespace RedisClient;

/// <summary>The key all callers use, and one caller's loop for each kind of command.</summary>
internal interface IWorkload
{
    Task PrepareAsync();

    /// <summary>
    /// One command after the other until told to stop. The client's task is awaited here and nowhere in between: a
    /// method of ours around it would allocate, and be counted as the client's.
    /// </summary>
    Task<Caller> CallAsync(StopSignal stop);
}
