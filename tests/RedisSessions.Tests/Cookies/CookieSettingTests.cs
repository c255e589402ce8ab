using System.Globalization;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Cookies;

/// <summary>A cookie that browsers would drop, or that no response can carry, is refused at the start.</summary>
public sealed class CookieSettingTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    public static TheoryData<string, string, Action<CookieBuilder>> Refused => new()
    {
        { "Domain", "example.com", c => Set(c, "__Host-s", CookieSecurePolicy.Always).Domain = "example.com" },
        { "Path", "/app", c => Set(c, "__Host-s", CookieSecurePolicy.Always).Path = "/app" },
        { "SecurePolicy", "SameAsRequest", c => Set(c, "__Host-s", CookieSecurePolicy.SameAsRequest) },
        { "SecurePolicy", "None", c => Set(c, "__host-s", CookieSecurePolicy.None) },
        { "SecurePolicy", "None", c => Set(c, "__Secure-s", CookieSecurePolicy.None) },
        { "SecurePolicy", "SameAsRequest", c => Set(c, "__SECURE-s", CookieSecurePolicy.SameAsRequest) },
        { "SecurePolicy", "SameAsRequest", c => Set(c, "__Http-s", CookieSecurePolicy.SameAsRequest) },
        { "HttpOnly", "False", c => Set(c, "__Http-s", CookieSecurePolicy.Always).HttpOnly = false },
        { "HttpOnly", "False", c => Set(c, "__Host-Http-s", CookieSecurePolicy.Always).HttpOnly = false },
        { "SecurePolicy", "SameAsRequest", c => c.SameSite = SameSiteMode.None },
        { "SecurePolicy", "None", c => (c.SameSite, c.SecurePolicy) = (SameSiteMode.None, CookieSecurePolicy.None) },
        { "SameSite", "7", c => c.SameSite = (SameSiteMode)7 },
        { "SecurePolicy", "7", c => c.SecurePolicy = (CookieSecurePolicy)7 },
        { "Path", "app", c => c.Path = "app" },
        { "Path", "", c => c.Path = "" },
        { "Path", "/a;b", c => c.Path = "/a;b" },
        { "Path", "/a b", c => c.Path = "/a b" },
        { "Path", "/ä", c => c.Path = "/ä" },
        { "Domain", "", c => c.Domain = "" },
        { "Domain", "example.com;x", c => c.Domain = "example.com;x" },
        { "Domain", "exam ple.com", c => c.Domain = "exam ple.com" },
        { "Domain", "https://example.com", c => c.Domain = "https://example.com" },
        { "Domain", "example.com:443", c => c.Domain = "example.com:443" },
        { "Extensions", "Partitioned; Domain=x", c => c.Extensions.Add("Partitioned; Domain=x") },
        { "Extensions", "Priority=Very High", c => c.Extensions.Add("Priority=Very High") },
        { "Extensions", "max-age=5", c => c.Extensions.Add("max-age=5") },
        { "Extensions", "", c => c.Extensions.Add("") },
        { "Name", "a;b", c => c.Name = "a;b" },
    };

    public static TheoryData<Action<CookieBuilder>> Accepted => new()
    {
        c => Set(c, "__Host-s", CookieSecurePolicy.Always),
        c => Set(c, "__Secure-s", CookieSecurePolicy.Always).Domain = "example.com",
        c => Set(c, "__Http-s", CookieSecurePolicy.Always).Path = "/app",
        c => Set(c, "s", CookieSecurePolicy.Always).SameSite = SameSiteMode.None,
        c => c.Domain = ".example.com",
        c => c.SameSite = SameSiteMode.Unspecified,
        c => c.Extensions.Add("Partitioned"),
        c => c.Extensions.Add("Priority=High"),
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task A_cookie_that_browsers_drop_is_refused_at_the_start_with_key_value_and_range(string key, string value, Action<CookieBuilder> set)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => SessionApp.StartAsync(
            redis.Server.ConnectionString, o => set(o.Cookie)));

        Assert.StartsWith($"Sessions:Cookie:{key} is '{value}'; allowed: ", Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Accepted), DisableDiscoveryEnumeration = true)]
    public async Task A_cookie_that_browsers_keep_is_accepted(Action<CookieBuilder> set)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => set(o.Cookie));
    }

    [Theory]
    [InlineData("Cookie")]
    [InlineData("set-cookie")]
    [InlineData("Authorization")]
    [InlineData("X-Forwarded-For")]
    public async Task A_header_that_means_something_else_already_carries_no_session(string name)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => SessionApp.StartAsync(
            redis.Server.ConnectionString, o => o.HeaderName = name));

        Assert.Contains($"Sessions:HeaderName is '{name}'; allowed: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_development_a_cookie_that_needs_https_is_a_warning()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString, Options = o => o.Cookie.SameSite = SameSiteMode.None, Environment = "Development",
        });

        var line = Assert.Single(app.Log.OfSessions, l => l.Text.Contains("Sessions:Cookie:SecurePolicy is 'SameAsRequest'", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, line.Level);
    }

    [Fact]
    public async Task An_international_domain_is_sent_in_ascii()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.Cookie.Domain = "bücher.example");
        using var browser = app.NewBrowser();

        var made = await browser.GetAsync("/set?k=a&v=1");

        Assert.Contains("; domain=xn--bcher-kva.example", made.SetCookie!.ToString(CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase);
    }

    private static CookieBuilder Set(CookieBuilder cookie, string name, CookieSecurePolicy policy)
    {
        (cookie.Name, cookie.SecurePolicy) = (name, policy);
        return cookie;
    }
}
