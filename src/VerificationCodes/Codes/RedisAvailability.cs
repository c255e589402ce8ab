using RespClient;

namespace VerificationCodes.Codes;

/// <summary>Says the one thing that callers of this library need to know about a fault of Redis: not now.</summary>
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
