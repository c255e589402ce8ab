using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>What the cookie of a browser holds for the accounts that signed in to it.</summary>
public sealed class DeviceTokensTests
{
    [Fact]
    public void The_last_five_accounts_are_kept_and_the_one_used_longest_ago_is_forgotten()
    {
        string? cookie = null;
        for (var i = 0; i < 5; i++)
        {
            cookie = DeviceTokens.Put(cookie, "account" + i, "token" + i);
        }

        cookie = DeviceTokens.Put(cookie, "account0", "token0");
        cookie = DeviceTokens.Put(cookie, "account5", "token5");

        Assert.Equal("token0", DeviceTokens.Find(cookie, "account0"));
        Assert.Null(DeviceTokens.Find(cookie, "account1"));
        Assert.Equal(["token2", "token3", "token4", "token5"], Enumerable.Range(2, 4).Select(i => DeviceTokens.Find(cookie, "account" + i)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".....")]
    [InlineData("12345678")]
    [InlineData("a.b.c.d.e.f.g")]
    public void What_is_no_such_cookie_knows_nobody_and_is_replaced(string? cookie)
    {
        Assert.Null(DeviceTokens.Find(cookie, "account"));
        Assert.Equal("token", DeviceTokens.Find(DeviceTokens.Put(cookie, "account", "token"), "account"));
    }

    [Fact]
    public void The_cookie_does_not_grow_whatever_a_browser_sends()
    {
        var token = new string('t', 43);
        var cookie = DeviceTokens.Put(string.Join('.', Enumerable.Repeat("12345678" + token, 50)), "account", token);

        Assert.Equal(5 * 51 + 4, cookie.Length);
    }
}
