namespace RespClient.Stress.Cancels;

/// <summary>When a call is cancelled, and by which thread.</summary>
internal enum CancelWhen
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Its token was cancelled before.</summary>
    BeforeTheCall,

    /// <summary>By its caller, as soon as the call returns.</summary>
    AtOnce,

    /// <summary>By its caller, up to 60 microseconds later.</summary>
    AfterMicroseconds,

    /// <summary>By a timer, up to 8 milliseconds later.</summary>
    AfterMilliseconds,

    /// <summary>By another thread, up to 60 microseconds later.</summary>
    OnAnotherThread,

    /// <summary>Together with many others, which share one token.</summary>
    WithOthers,
}
