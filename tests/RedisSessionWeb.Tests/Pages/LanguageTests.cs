using System.Text.RegularExpressions;
using System.Xml.Linq;

using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Pages;

public sealed partial class LanguageTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    [Theory]
    [InlineData("zh-CN", "zh-CN", "创建账户")]
    [InlineData("zh-TW,zh;q=0.9", "zh", "创建账户")]
    [InlineData("de-DE,de;q=0.9", "en", "Create an account")]
    [InlineData("fr,zh;q=0.5,en;q=0.1", "zh", "创建账户")]
    public async Task The_browsers_preference_decides_at_first(string accepted, string language, string heading)
    {
        using var visit = new Visit(fixture.App, accepted);

        await visit.OpenAsync("/register");

        Assert.Equal(language, visit.Page.DocumentElement.GetAttribute("lang"));
        Assert.Equal(heading, visit.Heading);
    }

    [Fact]
    public async Task The_switch_in_the_footer_stays_on_the_page_and_is_remembered()
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin?ReturnUrl=%2Faccount");

        await visit.SubmitAsync("footer form", ("language", "zh-CN"));

        Assert.Equal("/signin?ReturnUrl=%2Faccount", visit.Path);
        Assert.Equal("登录", visit.Heading);
        await visit.OpenAsync("/register");
        Assert.Equal("创建账户", visit.Heading);
    }

    [Fact]
    public async Task A_mail_is_in_the_language_of_the_page_that_asked_for_it()
    {
        using var visit = new Visit(fixture.App, "zh-CN");
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", "zh@example.com"));
        await visit.ReadCodeAsync("zh@example.com");

        var mail = await visit.ReadMailAsync("zh@example.com");

        Assert.Matches("[\u4e00-\u9fff]", mail!);
    }

    [Fact]
    public void Every_text_of_the_site_is_there_in_chinese_and_none_is_left_over()
    {
        var used = SourceTree.Files(["src/RedisSessionWeb"], ".cs", ".cshtml")
            .SelectMany(file => (file.EndsWith("Error.cshtml.cs", StringComparison.Ordinal) ? Sentences() : Lookups()).Matches(SourceTree.Read(file)))
            .Select(match => match.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        var translated = XDocument.Parse(SourceTree.Read("src/RedisSessionWeb/Localization/Text.zh.resx"))
            .Root!.Elements("data").Select(data => data.Attribute("name")!.Value).ToHashSet(StringComparer.Ordinal);

        Assert.True(used.Count > 100);
        Assert.Empty(used.Except(translated));
        Assert.Empty(translated.Except(used));
    }

    [GeneratedRegex("""\b(?:T|text)\["((?:[^"\\]|\\.)*)""")]
    private static partial Regex Lookups();

    [GeneratedRegex("""=> "([^"]+)",""")]
    private static partial Regex Sentences();
}
