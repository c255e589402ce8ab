namespace RedisClient;

/// <summary>Tells callers to stop after the operation they are at.</summary>
internal sealed class StopSignal
{
    private volatile bool _isSet;

    public bool IsSet
    {
        get => _isSet;
        set => _isSet = value;
    }
}
