using RespClient;

namespace VerificationCodes.Codes;

/// <summary>Turns every fault of Redis into the one exception that callers of this library see.</summary>
internal static class RedisAvailability
{
    /// <exception cref="VerificationUnavailableException">The call failed in Redis or on the way.</exception>
    public static async ValueTask<T> OrUnavailableAsync<T>(this ValueTask<T> call)
    {
        try
        {
            return await call;
        }
        catch (RedisException e)
        {
            throw new VerificationUnavailableException("Redis is away.", e);
        }
    }
}
