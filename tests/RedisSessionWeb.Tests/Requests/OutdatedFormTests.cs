using System.Net;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Routing;

using RedisSessionWeb.Hosting.Requests;
using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Requests;

/// <summary>A form that was open while somebody signed in or out in another window.</summary>
public sealed partial class OutdatedFormTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    [Theory]
    [InlineData("en", "nothing was sent")]
    [InlineData("zh-CN", "内容未提交")]
    public async Task A_form_that_was_open_during_a_sign_in_elsewhere_leads_to_its_page_with_a_word(string language, string word)
    {
        using var visit = new Visit(fixture.App, language);
        var email = $"outdated{Guid.NewGuid():N}@example.com";
        await visit.OpenAsync("/reset");
        var fields = new Dictionary<string, string>
        {
            ["Email"] = email,
            ["__RequestVerificationToken"] = visit.Page.QuerySelector("main input[name=__RequestVerificationToken]")!.GetAttribute("value")!,
        };
        await visit.RegisterAsync(email, email[..20], Password);
        using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = visit.Cookies, AllowAutoRedirect = false }) { BaseAddress = fixture.App.Address };
        client.DefaultRequestHeaders.Add("Accept-Language", language);

        var fromElsewhere = await client.PostAsync("/reset", new FormUrlEncodedContent(fields));
        client.DefaultRequestHeaders.Add("Origin", fixture.App.Address.GetLeftPart(UriPartial.Authority));
        var fromHere = await client.PostAsync("/reset", new FormUrlEncodedContent(fields));
        var page = await client.GetAsync(fromHere.Headers.Location);

        Assert.Equal(HttpStatusCode.BadRequest, fromElsewhere.StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, fromHere.StatusCode);
        Assert.Equal("/reset?outdated=1", fromHere.Headers.Location!.OriginalString);
        Assert.Matches($"<p class=\"notice\" role=\"status\" data-outdated>[^<]*{word}", await page.Content.ReadAsStringAsync());
        Assert.DoesNotContain("data-outdated", await client.GetStringAsync("/reset"), StringComparison.Ordinal);
    }

    /// <summary>Only what is known to come from a page of this site: W3C Fetch Metadata, Origin (RFC 6454).</summary>
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("same-origin", null, true)]
    [InlineData("same-origin", "https://app.example.com", true)]
    [InlineData("same-origin", "https://APP.example.com", true)]
    [InlineData(null, "https://app.example.com", true)]
    [InlineData("same-origin", "https://other.example.com", false)]
    [InlineData("same-origin", "null", false)]
    [InlineData("same-site", "https://app.example.com", false)]
    [InlineData("cross-site", null, false)]
    [InlineData("none", "https://app.example.com", false)]
    [InlineData(null, "http://app.example.com", false)]
    [InlineData(null, "https://app.example.com:8443", false)]
    [InlineData(null, "null", false)]
    public void Only_a_form_that_this_site_sent_is_shown_anew(string? site, string? origin, bool isShown)
    {
        var location = Answer("/signin", "?ReturnUrl=%2Faccount", ("Sec-Fetch-Site", site), ("Origin", origin));

        Assert.Equal(isShown ? "/signin?ReturnUrl=%2Faccount&outdated=1" : null, location);
    }

    [Theory]
    [InlineData("/account", "?handler=End", null, "/account?outdated=1")]
    [InlineData("/account", "?outdated=1&done=others", null, "/account?done=others&outdated=1")]
    [InlineData("/signout", "", "https://app.example.com/account?done=others", "/account?done=others&outdated=1")]
    [InlineData("/signout", "", "https://other.example.com/x", "/signout?outdated=1")]
    [InlineData("/signout", "", "https://app.example.com:8443/x", "/signout?outdated=1")]
    [InlineData("/signout", "", "no address", "/signout?outdated=1")]
    [InlineData("/signout", "", "https://app.example.com//other.example.com/x", "/other.example.com/x?outdated=1")]
    [InlineData("//other.example.com", "", null, "/other.example.com?outdated=1")]
    [InlineData("/ä", "?q=ä", null, "/%C3%A4?q=%C3%A4&outdated=1")]
    public void The_page_that_is_shown_anew_is_the_one_with_the_form_and_never_another_sites(string path, string query, string? referer, string location)
    {
        Assert.Equal(location, Answer(path, query, ("Sec-Fetch-Site", "same-origin"), ("Referer", referer)));
    }

    [Fact]
    public void A_program_that_asks_for_json_is_refused_as_before()
    {
        Assert.Null(Answer("/signin", "", ("Sec-Fetch-Site", "same-origin"), ("Accept", "application/json")));
    }

    private static string? Answer(string path, string query, params (string Name, string? Value)[] headers)
    {
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Scheme, http.Request.Host) = ("POST", "https", new HostString("app.example.com"));
        (http.Request.Path, http.Request.QueryString) = (path, new QueryString(query));
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            http.Request.Headers[name] = value;
        }

        var context = new ResultExecutingContext(
            new ActionContext(http, new RouteData(), new ActionDescriptor()), [], new AntiforgeryValidationFailedResult(), new object());

        new OutdatedForms().OnResultExecuting(context);

        var location = http.Response.Headers.Location.ToString();
        Assert.Equal(location.Length > 0 ? StatusCodes.Status303SeeOther : StatusCodes.Status400BadRequest, Assert.IsAssignableFrom<StatusCodeResult>(context.Result).StatusCode);
        Assert.DoesNotMatch(NotAscii(), location);
        return location.Length > 0 ? location : null;
    }

    [GeneratedRegex("[^!-~]")]
    private static partial Regex NotAscii();
}
