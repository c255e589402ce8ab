using System.Net;
using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Routing;
using Microsoft.AspNetCore.Routing;

using RedisSessionWeb.Forms;
using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Requests;

/// <summary>Where a visitor goes on after signing in or choosing a language: never a 500 for a target in letters of any script.</summary>
public sealed class ReturnTargetTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Every_way_to_sign_in_goes_on_to_a_target_in_any_script()
    {
        using var visit = new Visit(fixture.App);
        var email = $"target{Guid.NewGuid():N}@example.com";
        await visit.RegisterAsync(email, email[..20], Password);
        await visit.SubmitAsync("header form");

        await visit.OpenAsync("/signin?ReturnUrl=" + Uri.EscapeDataString("/account?tab=账户"));
        await visit.SubmitAsync(("Email", email), ("Password", Password));
        Assert.Equal("/account?tab=%E8%B4%A6%E6%88%B7", visit.Path);

        await visit.SubmitAsync("header form");
        await fixture.ForgetCoolDownsAsync();
        await visit.OpenAsync("/signin/code?ReturnUrl=" + Uri.EscapeDataString("/account?tab=账户"));
        await visit.SubmitAsync(("Email", email));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync(email)));
        Assert.Equal("/account?tab=%E8%B4%A6%E6%88%B7", visit.Path);
        Assert.Equal(HttpStatusCode.OK, visit.Response.StatusCode);
    }

    [Fact]
    public async Task The_switch_of_languages_goes_back_to_a_target_in_any_script()
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin");

        await visit.SubmitAsync("footer form", ("language", "en"), ("returnUrl", "/signin?ReturnUrl=/konto-ä"));

        Assert.Equal("/signin?ReturnUrl=/konto-%C3%A4", visit.Path);
    }

    /// <summary>Targets at random from a seed: a page of this site in visible ASCII that spells the same, or the other one.</summary>
    [Fact]
    public void Any_target_becomes_a_header_that_spells_the_same_or_is_not_followed()
    {
        var random = new Random(20261129);
        string[] parts = ["/", "\\", "a", "%41", "ä", "汉", "🍀", "\uD800", " ", "\u00A0", "\u2028", "?x=", "&", "#", "~", "\n", "\0", "\u007F", "http:"];
        var url = new UrlHelper(new ActionContext(new DefaultHttpContext(), new RouteData(), new ActionDescriptor()));
        for (var round = 0; round < 20_000; round++)
        {
            var target = (random.Next(3) == 0 ? "" : "/") + string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => parts[random.Next(parts.Length)]));

            var followed = ReturnTarget.Of(url, target, "/otherwise");

            Assert.All(followed, letter => Assert.InRange(letter, '!', '~'));
            Assert.True(url.IsLocalUrl(followed));
            if (url.IsLocalUrl(target))
            {
                Assert.Equal(Uri.UnescapeDataString(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(target))), Uri.UnescapeDataString(followed));
            }
            else
            {
                Assert.Equal("/otherwise", followed);
            }
        }
    }
}
