using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Contract;

/// <summary>What a session promises over every distributed cache.</summary>
public abstract class SessionContract : IAsyncLifetime
{
    private SessionApp _app = null!;
    private Browser _browser = null!;

    private protected SessionApp App => _app;

    private protected Browser Browser => _browser;

    public virtual async ValueTask InitializeAsync()
    {
        _app = await SessionApp.StartAsync(await SetupAsync());
        _browser = _app.NewBrowser();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _browser.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task What_was_set_in_one_request_is_read_in_the_next()
    {
        await _browser.GetAsync("/set?k=a&v=1");
        await _browser.GetAsync("/set?k=b&v=%F0%9F%8D%80");

        Assert.Equal("1", (await _browser.GetAsync("/get?k=a")).Body);
        Assert.Equal("🍀", (await _browser.GetAsync("/get?k=b")).Body);
        Assert.Equal("a,b", (await _browser.GetAsync("/keys")).Body);
    }

    [Fact]
    public async Task Removed_keys_cannot_be_read_again_and_cleared_ones_neither()
    {
        await _browser.GetAsync("/set?k=a&v=1");
        await _browser.GetAsync("/set?k=b&v=2");
        await _browser.GetAsync("/remove?k=a");
        Assert.Equal("b", (await _browser.GetAsync("/keys")).Body);

        await _browser.GetAsync("/clear");

        Assert.Equal("", (await _browser.GetAsync("/keys")).Body);
        Assert.Equal("False", (await _browser.GetAsync("/is-new")).Body);
    }

    [Fact]
    public async Task Every_byte_survives_under_any_key()
    {
        Assert.Equal("ok", (await _browser.GetAsync("/write-bytes")).Body);
        Assert.Equal("ok", (await _browser.GetAsync("/read-bytes")).Body);
    }

    [Fact]
    public async Task Typed_values_survive_and_a_popped_one_is_gone()
    {
        await _browser.GetAsync("/fill-cart");
        Assert.Equal("3 apples", (await _browser.GetAsync("/show-cart")).Body);
        Assert.Equal("3 apples", (await _browser.GetAsync("/pop-cart")).Body);
        Assert.Equal("no cart", (await _browser.GetAsync("/pop-cart")).Body);
    }

    [Fact]
    public async Task A_value_that_is_no_json_of_the_type_asked_for_is_told_with_its_key_and_without_its_content()
    {
        await _browser.GetAsync("/set?k=cart&v=confidential");

        var answer = await _browser.GetAsync("/bad-cart");

        Assert.Contains("'cart'", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("confidential", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_handed_out_and_taken_in_are_copies()
    {
        await _browser.GetAsync("/set?k=a&v=text");
        Assert.Equal("text", (await _browser.GetAsync("/scribble")).Body);
        Assert.Equal("text", (await _browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task Cookie_and_lifetime_are_renewed_when_that_is_due()
    {
        var first = await _browser.GetAsync("/set?k=a&v=1");
        Assert.Equal(604_800, first.MaxAge);
        Assert.Null((await _browser.GetAsync("/get?k=a")).SetCookie);

        _app.Time.Advance(TimeSpan.FromHours(9));

        Assert.Equal(604_800, (await _browser.GetAsync("/get?k=a")).MaxAge);
        Assert.Equal("1", (await _browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_new_id_keeps_the_data_and_the_old_one_is_dead()
    {
        await _browser.GetAsync("/set?k=a&v=1");
        using var old = _browser.Clone();

        await _browser.GetAsync("/sign-in?user=anna");

        Assert.NotEqual(old.Cookie, _browser.Cookie);
        Assert.Equal("anna", (await _browser.GetAsync("/me")).Body);
        Assert.Equal("1", (await _browser.GetAsync("/get?k=a")).Body);
        Assert.Equal("none", (await old.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_destroyed_session_is_gone_and_its_cookie_cleared()
    {
        await _browser.GetAsync("/set?k=a&v=1");
        using var old = _browser.Clone();

        Assert.NotNull((await _browser.GetAsync("/destroy")).SetCookie);

        Assert.Null(_browser.Cookie);
        Assert.Equal("none", (await old.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task Reloading_shows_what_another_request_wrote_and_drops_what_this_one_did_not_commit()
    {
        await _browser.GetAsync("/set?k=a&v=1");
        var reload = _browser.Clone().GetAsync("/gated-reload");
        await _app.Gates.ReachedAsync("reload");
        await _browser.GetAsync("/set?k=b&v=2");
        _app.Gates.Open("reload");

        Assert.Equal("a=1 b=2", (await reload).Body);
        Assert.Equal("1", (await _browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_commit_in_the_middle_of_a_handler_is_seen_by_others_and_further_changes_are_committed_again()
    {
        var request = _browser.GetAsync("/commit-twice");
        await _app.Gates.ReachedAsync("committed");
        _app.Gates.Open("committed");
        var answer = await request;

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Single(answer.Headers["Set-Cookie"]);
        Assert.Equal("a,b", (await _browser.GetAsync("/keys")).Body);
    }

    [Fact]
    public async Task A_handler_that_throws_commits_nothing()
    {
        await _browser.GetAsync("/set?k=k&v=kept");
        await _browser.GetAsync("/throw");

        Assert.Equal("kept", (await _browser.GetAsync("/get?k=k")).Body);
    }

    [Fact]
    public async Task An_unknown_id_is_never_adopted_over_any_cache()
    {
        _browser.Cookie = new string('A', 43);
        await _browser.GetAsync("/set?k=a&v=1");

        Assert.NotEqual(new string('A', 43), _browser.Cookie);
    }

    private protected abstract ValueTask<SessionAppSetup> SetupAsync();

    private protected static void MapEndpoints(WebApplication app)
    {
        byte[] everyByte = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        string[] oddKeys = ["", "@", "@@", "@version", "with space", "ключ", "new\nline", new string('k', 500)];
        app.MapGet("/clear", (HttpContext c) => c.Session.Clear());
        app.MapGet("/is-new", (HttpContext c) => c.RedisSession().IsNew.ToString());
        app.MapGet("/write-bytes", (HttpContext c) =>
        {
            foreach (var key in oddKeys)
            {
                c.Session.Set(key, [.. everyByte, .. System.Text.Encoding.UTF8.GetBytes(key)]);
            }

            c.Session.Set("empty", []);
            return "ok";
        });
        app.MapGet("/read-bytes", (HttpContext c) => oddKeys.All(key =>
            c.Session.TryGetValue(key, out var value)
            && value.AsSpan().SequenceEqual((byte[])[.. everyByte, .. System.Text.Encoding.UTF8.GetBytes(key)]))
            && c.Session.TryGetValue("empty", out var empty) && empty.Length == 0 && c.Session.Keys.Count() == oddKeys.Length + 1
                ? "ok" : "broken");
        app.MapGet("/fill-cart", (HttpContext c) => c.Session.Set("cart", new Cart("apples", 3), ContractJson.Default.Cart));
        app.MapGet("/show-cart", (HttpContext c) => c.Session.Get<Cart>("cart") is { } cart ? $"{cart.Amount} {cart.Goods}" : "no cart");
        app.MapGet("/pop-cart", (HttpContext c) => c.RedisSession().Pop<Cart>("cart") is { } cart ? $"{cart.Amount} {cart.Goods}" : "no cart");
        app.MapGet("/bad-cart", (HttpContext c) => Assert.Throws<InvalidOperationException>(() => c.Session.Get<Cart>("cart")).ToString());
        app.MapGet("/scribble", (HttpContext c) =>
        {
            _ = c.Session.TryGetValue("a", out var value);
            value![0] = (byte)'X';
            var own = "own"u8.ToArray();
            c.Session.Set("b", own);
            own[0] = (byte)'X';
            Assert.Equal("own", c.Session.GetString("b"));
            return c.Session.GetString("a");
        });
        app.MapGet("/gated-reload", async (HttpContext c, Gates gates) =>
        {
            c.Session.SetString("a", "dropped");
            await gates.PassAsync("reload");
            await c.RedisSession().ReloadAsync();
            return $"a={c.Session.GetString("a")} b={c.Session.GetString("b")}";
        });
        app.MapGet("/commit-twice", async (HttpContext c, Gates gates) =>
        {
            c.Session.SetString("a", "1");
            await c.Session.CommitAsync();
            await gates.PassAsync("committed");
            c.Session.SetString("b", "2");
            c.RedisSession().Refresh();
        });
    }
}

internal sealed record Cart(string Goods, int Amount);

[System.Text.Json.Serialization.JsonSerializable(typeof(Cart))]
[System.Text.Json.Serialization.JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
internal sealed partial class ContractJson : System.Text.Json.Serialization.JsonSerializerContext;
