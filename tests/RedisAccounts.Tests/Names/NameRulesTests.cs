using RedisAccounts.Names;

namespace RedisAccounts.Tests.Names;

/// <summary>What a new name may be.</summary>
public sealed class NameRulesTests
{
    [Theory]
    [InlineData("Z\u034Fed")]
    [InlineData("Zed\uFE0F")]
    [InlineData("❤\uFE0F")]
    [InlineData("Zed\u3164")]
    [InlineData("\u3164")]
    [InlineData("Zed\u2800")]
    [InlineData("Zed\u115F")]
    [InlineData("Zed\u180B")]
    [InlineData("Zed\U000E0100")]
    [InlineData("Zed\u00ADed")]
    [InlineData("Zed\u200D")]
    [InlineData("Zed\uFFA0")]
    [InlineData("\U000E0041nn")]
    public void A_name_with_something_that_is_not_drawn_is_refused(string name) => Assert.False(NameRules.IsName(name));

    [Theory]
    [InlineData("Ann\u00A0Lee")]
    [InlineData("Ann\u2003Lee")]
    [InlineData("Ann\u3000Lee")]
    [InlineData("Ann\u1680Lee")]
    [InlineData("Ann\tLee")]
    [InlineData("Ann  Lee")]
    [InlineData(" Ann")]
    [InlineData("Ann ")]
    public void A_blank_is_one_space_between_words_and_nothing_that_looks_like_it(string name) => Assert.False(NameRules.IsName(name));

    [Theory]
    [InlineData("\u0301Ann")]
    [InlineData("Ann \u0301")]
    [InlineData("-\u0301")]
    [InlineData("Z\u0301\u0302\u0303\u0304\u0306d")]
    [InlineData("ệ\u0306\u0307\u0308")] // two of its own
    public void A_mark_stands_on_a_letter_and_no_letter_has_more_than_four(string name) => Assert.False(NameRules.IsName(name));

    [Theory]
    [InlineData("Zеd")] // Cyrillic е
    [InlineData("Αnn")] // Greek Α
    [InlineData("раypal")]
    [InlineData("Ann Анна")]
    [InlineData("Анна Άννα")]
    [InlineData("Annա")]
    [InlineData("1२")] // digits of two scripts
    public void Scripts_that_are_not_written_together_are_refused_in_one_name(string name) => Assert.False(NameRules.IsName(name));

    [Theory]
    [InlineData("Zed")]
    [InlineData("Анна-Мария 2")]
    [InlineData("Νίκος")]
    [InlineData("محمد")]
    [InlineData("नरेन्द्र २")]
    [InlineData("王小明")]
    [InlineData("王小明 Ming")]
    [InlineData("さくらサクラ桜 Sakura")]
    [InlineData("김철수 Kim")]
    [InlineData("Nguyễn Thị Ệ")]
    [InlineData("བསྒྲུབས")]
    [InlineData("נִקּוּד")]
    [InlineData("O'Neil, J. (2)")]
    [InlineData("😀")]
    [InlineData("Z\u0301\u0302\u0303\u0304d")]
    public void Names_as_people_write_them_are_taken_in_every_script(string name) => Assert.True(NameRules.IsName(name));

    [Theory]
    [InlineData("")]
    [InlineData("        ")]
    [InlineData("\u3164\u3164\u3164\u3164\u3164\u3164\u3164\u3164")]
    [InlineData("\u200B\u200B\u2800\u2800\u00A0\u00A0\uFE0F\u034F")]
    public void Text_of_which_nothing_can_be_seen_is_blank(string text) => Assert.True(NameRules.IsBlank(text));

    [Fact]
    public void Text_with_one_letter_or_sign_is_not_blank() =>
        Assert.All((string[])["  a  ", "\u3164!", "😀", "王"], text => Assert.False(NameRules.IsBlank(text)));
}
