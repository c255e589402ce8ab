using Mailboxes;

namespace RedisAccounts.Tests;

public sealed class AddressNormalizerTests
{
    private readonly AddressNormalizer _normalizer = new AddressNormalizer();

    [Theory]
    [InlineData("ann@example.com", "Ann@Example.COM")]
    [InlineData("ann@example.com", " ann@example.com ")]
    [InlineData("ann@example.com", "ａｎｎ@ｅｘａｍｐｌｅ.com")]
    [InlineData("ann@example.com", "ann＠example.com")]
    [InlineData("ann@example.com", "ann@example。com")]
    [InlineData("ann@bücher.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@bücher.example", "ANN@BÜCHER.example")]
    [InlineData("ann@bücher.example", "ann@bu\u0308cher.example")]
    [InlineData("jürgen@example.com", "JU\u0308RGEN@example.com")]
    [InlineData("ann@xn--fiq228c.example", "ann@中文.example")]
    [InlineData("οδοσ@example.com", "ΟΔΟΣ@example.com")]
    [InlineData("ann@example.com", "\uFEFF\u3000ann@example.com\u00A0\t\u200B")]
    public void Forms_of_one_address_are_one_address(string one, string other) =>
        Assert.Equal(_normalizer.NormalizeEmail(one), _normalizer.NormalizeEmail(other));

    [Theory]
    [InlineData("ann@example.com", "anne@example.com")]
    [InlineData("ann@example.com", "ann@example.org")]
    [InlineData("ann+shop@example.com", "ann@example.com")]
    [InlineData("a.nn@example.com", "ann@example.com")]
    [InlineData("οδοσ@example.com", "οδος@example.com")]
    [InlineData("ann@οδος.example", "ann@οδοσ.example")]
    [InlineData("aιb@example.com", "a\u0345b@example.com")]
    [InlineData("вася@example.com", "\u1C80ася@example.com")]
    [InlineData("ann@example.com", "ann@example.com\n")]
    public void Different_addresses_are_never_folded_into_one(string one, string other) =>
        Assert.NotEqual(_normalizer.NormalizeEmail(one), _normalizer.NormalizeEmail(other));

    [Theory]
    [InlineData("Ann", "ＡＮＮ")]
    [InlineData("王小明", "王小明 ")]
    [InlineData("ﬁnn", "FINN")]
    public void Forms_of_one_name_are_one_name(string one, string other) =>
        Assert.Equal(_normalizer.NormalizeName(one), _normalizer.NormalizeName(other));

    [Theory]
    [InlineData("\ud800")]
    [InlineData("ann\ufffe")]
    [InlineData("ann@\udc00.com")]
    [InlineData("@")]
    [InlineData("")]
    [InlineData("ann@-.com")]
    [InlineData("ann@" + "a.")]
    [InlineData("a@b@c.example.com")]
    [InlineData("ann@xn--\u0080.com")]
    public void What_is_no_address_is_folded_without_an_exception(string text)
    {
        Assert.NotNull(_normalizer.NormalizeEmail(text));
        Assert.NotNull(_normalizer.NormalizeName(text));
        Assert.False(Mailbox.TryParse(text, out _));
    }

    [Fact]
    public void Nothing_stays_nothing_when_it_is_normalised()
    {
        Assert.Null(_normalizer.NormalizeEmail(null));
        Assert.Null(_normalizer.NormalizeName(null));
    }

    [Fact]
    public void A_normal_form_of_any_text_is_its_own_normal_form()
    {
        var random = new Random(20260101);
        var pool = "aAzZ@.-_ ßẞıIİſΣςσÄäﬁ①㍿Ⅷ中文ａＡ。\u0308\u0301\u200d\ud83d\ude00".ToCharArray();
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pool[random.Next(pool.Length)]));
            var email = _normalizer.NormalizeEmail(text);
            var name = _normalizer.NormalizeName(text);
            Assert.Equal(email, _normalizer.NormalizeEmail(email));
            Assert.Equal(name, _normalizer.NormalizeName(name));
            Assert.Equal(name, _normalizer.NormalizeName(text.ToUpperInvariant()));
        }
    }
}
