using System.Security.Cryptography.X509Certificates;

using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

using RedisSessions;

using RedisSessionWeb.Tests.Host;
using RedisSessionWeb.Visitors;

using TestServers;
using TestServers.Smtp;

namespace RedisSessionWeb.Tests.Pages;

/// <summary>All cookies of a visit from the first page to an account (OWASP ASVS 5.0.0, 3.3).</summary>
public sealed class CookieTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";
    private static readonly string[] Names = ["ssw", "ssw-device", "ssw-form", "ssw-lang"];

    private readonly string _certificate = Path.GetTempFileName();
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        using var certificate = SmtpServer.NewCertificate();
        await File.WriteAllBytesAsync(_certificate, certificate.Export(X509ContentType.Pkcs12));
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        File.Delete(_certificate);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task The_cookies_cannot_be_read_by_scripts_and_stay_on_this_site(string scheme)
    {
        await using var app = await StartAsync(scheme);
        using var visit = new Visit(app);

        var cookies = await JourneyAsync(visit);

        Assert.Equal(Names, cookies.Select(c => c.Name.Value!.Replace("__Host-", "", StringComparison.Ordinal)).Distinct().Order());
        Assert.All(cookies, cookie =>
        {
            Assert.True(cookie.HttpOnly, cookie.ToString());
            Assert.True(cookie.SameSite is SameSiteMode.Lax or SameSiteMode.Strict, cookie.ToString());
            Assert.Equal("/", cookie.Path.Value);
            Assert.False(cookie.Domain.HasValue, cookie.ToString());
        });
    }

    [Fact]
    public async Task Over_https_every_cookie_is_secure_and_its_name_carries_the_host_prefix()
    {
        await using var app = await StartAsync("https");
        using var visit = new Visit(app);

        var cookies = await JourneyAsync(visit);

        Assert.Equal(Names.Select(name => "__Host-" + name), cookies.Select(c => c.Name.Value!).Distinct().Order());
        Assert.All(cookies, cookie => Assert.True(cookie.Secure, cookie.ToString()));
    }

    [Fact]
    public async Task Over_https_a_cookie_without_the_prefix_is_not_believed()
    {
        await using var app = await StartAsync("https");
        using var visit = new Visit(app);
        visit.Cookies.Add(app.Address, new System.Net.Cookie("ssw-lang", "c=zh-CN|uic=zh-CN"));

        await visit.OpenAsync("/");

        Assert.Equal("en", visit.Page.DocumentElement.GetAttribute("lang"));
    }

    /// <summary>Browsers keep the cookies of a host, whatever its ports.</summary>
    [Theory]
    [InlineData("ssw", "other")]
    [InlineData("ssw", "__Host-other")]
    [InlineData("__Secure-a", "__Host-Http-b")]
    public void Two_applications_on_one_host_whose_sessions_have_different_names_have_no_cookie_in_common(string one, string other)
    {
        static CookieNames Names(string session) => new(Options.Create(new RedisSessionOptions { Cookie = { Name = session } }));

        Assert.Empty(Names(one).All.Append(one).Intersect(Names(other).All.Append(other)));
        Assert.All(Names(one).All.Concat(Names(other).All), name => Assert.DoesNotContain("__", name, StringComparison.Ordinal));
    }

    private Task<RunningApp> StartAsync(string scheme) => RunningApp.StartAsync(
        _redis.ConnectionString, [.. AppFixture.Settings, $"urls={scheme}://127.0.0.1:0", "Kestrel:Certificates:Default:Path=" + _certificate]);

    private static async Task<IReadOnlyList<SetCookieHeaderValue>> JourneyAsync(Visit visit)
    {
        var email = $"cookies{Guid.NewGuid():N}@example.com";
        await visit.RegisterAsync(email, email[..20], Password);
        await visit.SubmitAsync("footer form", ("language", "en"));
        await visit.SubmitAsync("header form");
        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", email), ("Password", Password));
        Assert.Equal("/account", visit.Path);
        return [.. visit.SetCookies.Select(line => SetCookieHeaderValue.Parse(line))];
    }
}
