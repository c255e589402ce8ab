using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RedisSessions.Cookies;

/// <summary>The id in a header, for clients without cookies. They send the header empty to ask for a session.</summary>
internal sealed class SessionHeader(string name)
{
    public bool IsUsedBy(HttpContext context) => context.Request.Headers.ContainsKey(name);

    public CarriedId Read(HttpContext context, out SessionId id)
    {
        var value = context.Request.Headers[name];
        if (value.Count == 1 && SessionId.TryParse(value[0], out id))
        {
            return CarriedId.Valid;
        }

        id = default;
        return StringValues.IsNullOrEmpty(value) ? CarriedId.None : CarriedId.Malformed;
    }

    public void Issue(HttpContext context, SessionId id) => context.Response.Headers[name] = id.ToSecret();

    /// <summary>An empty header: the id is dead.</summary>
    public void Forget(HttpContext context) => context.Response.Headers[name] = "";
}
