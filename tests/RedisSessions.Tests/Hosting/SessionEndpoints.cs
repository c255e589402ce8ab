using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RedisSessions.Tests.Hosting;

/// <summary>What the applications under test answer.</summary>
internal static class SessionEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/untouched", () => "ok");
        app.MapGet("/without", () => "ok").WithoutSession();
        app.MapGet("/get", (string k, HttpContext c) => c.Session.GetString(k) ?? "none");
        app.MapGet("/keys", (HttpContext c) => string.Join(',', c.Session.Keys.Order()));
        app.MapGet("/set", (string k, string v, HttpContext c) =>
        {
            c.Session.SetString(k, v);
            return "set";
        });
        app.MapGet("/remove", (string k, HttpContext c) =>
        {
            c.Session.Remove(k);
            return "removed";
        });
        app.MapGet("/gated-set", async (string k, string v, string gate, HttpContext c, Gates gates) =>
        {
            await gates.PassAsync(gate);
            c.Session.SetString(k, v);
            return "set";
        });
        app.MapGet("/gated-get", async (string k, string gate, HttpContext c, Gates gates) =>
        {
            var before = c.Session.GetString(k);
            await gates.PassAsync(gate);
            return before ?? "none";
        });
        app.MapGet("/count", (HttpContext c) => c.Session.Update<int>("n", n => n + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        app.MapGet("/id", (HttpContext c) => c.Session.Id);
        app.MapGet("/gated-refresh", async (HttpContext c, Gates gates) =>
        {
            await gates.PassAsync("refresh");
            c.RedisSession().Refresh();
        });
        app.MapGet("/refresh", (HttpContext c) => c.RedisSession().Refresh());
        app.MapGet("/renew", async (HttpContext c) =>
        {
            await c.RedisSession().RenewIdAsync();
            return c.Session.Id;
        });
        app.MapGet("/destroy", (HttpContext c) => c.RedisSession().Destroy());
        app.MapGet("/throw", (HttpContext c) =>
        {
            c.Session.SetString("k", "thrown");
            throw new InvalidOperationException("The handler fails.");
        });
        app.MapGet("/sign-in", async (string user, HttpContext c) =>
        {
            await c.SignInAsync(Principal(user));
            return c.Session.Id;
        });
        app.MapGet("/sign-out", (HttpContext c) => c.SignOutAsync());
        app.MapGet("/me", (HttpContext c) => c.User.Identity?.Name ?? "anonymous");
    }

    public static ClaimsPrincipal Principal(string user) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, user), new Claim(ClaimTypes.Name, user)], "password"));
}
