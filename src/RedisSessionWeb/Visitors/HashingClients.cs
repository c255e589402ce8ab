using RedisAccounts.Passwords.Hashing;

namespace RedisSessionWeb.Visitors;

/// <summary>Passwords are hashed for the client that sends the request.</summary>
internal sealed class HashingClients(IHttpContextAccessor accessor) : IHashingClients
{
    public HashingClient? Current => accessor.HttpContext is { } context
        ? new HashingClient(context.Connection.RemoteIpAddress, context.RequestAborted)
        : null;
}
