using System.Text;

using VerificationCodes.Addresses;

namespace VerificationCodes.Tests.Addresses;

/// <summary>What is one mailbox, and which spellings are the same.</summary>
public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ann@example.com", "ann@example.com")]
    [InlineData("  ann@example.com ", "ann@example.com")]
    [InlineData("\uFEFFann@example.com", "ann@example.com")]
    [InlineData("\u200E\u3000ann@example.com\u00A0\t\u200B", "ann@example.com")]
    [InlineData("Ann@EXAMPLE.Com", "ann@example.com")]
    [InlineData("ann+tag@example.com", "ann+tag@example.com")]
    [InlineData("o'neil@example.com", "o'neil@example.com")]
    [InlineData("a.b-c_d@sub.example.co.uk", "a.b-c_d@sub.example.co.uk")]
    [InlineData("ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ann@example.com")]
    [InlineData("ann@bücher.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example")]
    [InlineData("ann@例え.example", "ann@xn--r8jz45g.example")]
    [InlineData("ann@example。com", "ann@example.com")]
    [InlineData("Jürgen@example.com", "jürgen@example.com")]
    [InlineData("ju\u0308rgen@example.com", "jürgen@example.com")]
    [InlineData("用户@example.com", "用户@example.com")]
    [InlineData("ﬁne@example.com", "fine@example.com")]
    public void Every_spelling_of_a_mailbox_has_one_normal_form(string text, string normal)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal(normal, address.Value);
        Assert.True(EmailAddress.TryParse(address.Value, out var again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("@example.com")]
    [InlineData("ann@")]
    [InlineData("ann@@example.com")]
    [InlineData("ann@b@example.com")]
    [InlineData("a@example.com,b@example.com")]
    [InlineData("a@example.com;b@example.com")]
    [InlineData("a@example.com b@example.com")]
    [InlineData("<ann@example.com>")]
    [InlineData("Ann <ann@example.com>")]
    [InlineData("ann@example.com>")]
    [InlineData("ann@example.com<b@example.com>")]
    [InlineData("\"ann b\"@example.com")]
    [InlineData("ann(comment)@example.com")]
    [InlineData("ann@example.com\r\n")]
    [InlineData("ann\r\nBcc:b@example.com")]
    [InlineData("ann@exam\nple.com")]
    [InlineData("ann\0@example.com")]
    [InlineData("ann\t@example.com")]
    [InlineData("ann\u202E@example.com")]
    [InlineData("ann\u2066@example.com")]
    [InlineData("ann\u200B@example.com")]
    [InlineData("ann\u00AD@example.com")]
    [InlineData("ann@example.com\u2028")]
    [InlineData("\u0085ann@example.com")]
    [InlineData("\vann@example.com")]
    [InlineData("ann\u2028@example.com")]
    [InlineData("ann\uD800@example.com")]
    [InlineData("ann\uE000@example.com")]
    [InlineData("ann@[127.0.0.1]")]
    [InlineData("ann@127.0.0.1")]
    [InlineData("ann@[IPv6:::1]")]
    [InlineData("ann@localhost")]
    [InlineData("ann@example..com")]
    [InlineData("ann@.example.com")]
    [InlineData("ann@example.com.")]
    [InlineData("ann@-example.com")]
    [InlineData("ann@exa_mple.com")]
    [InlineData("ann@example.123")]
    [InlineData(".ann@example.com")]
    [InlineData("ann.@example.com")]
    [InlineData("a..b@example.com")]
    [InlineData("ann%0d%0a @example.com")]
    [InlineData("ann😀@example.com")]
    [InlineData("a＠b@example.com")]
    public void What_is_not_exactly_one_mailbox_is_refused(string? text) => Assert.False(EmailAddress.TryParse(text, out _));

    [Theory]
    [InlineData("νικος@example.com", "νικοσ@example.com")]
    [InlineData("ann@νικος.example", "ann@νικοσ.example")]
    [InlineData("a\u0345b@example.com", "aιb@example.com")]
    [InlineData("\u1C80ася@example.com", "вася@example.com")]
    public void Letters_that_only_look_alike_make_two_mailboxes(string one, string other)
    {
        Assert.True(EmailAddress.TryParse(one, out var first));
        Assert.True(EmailAddress.TryParse(other, out var second));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void A_normal_form_with_any_letter_is_a_mailbox_with_itself_as_its_normal_form()
    {
        var parsed = 0;
        for (var code = 0; code <= 0x10FFFF; code++)
        {
            if (!Rune.IsValid(code) || !EmailAddress.TryParse($"a{new Rune(code)}b@example.com", out var address))
            {
                continue;
            }

            parsed++;
            Assert.True(EmailAddress.TryParse(address.Value, out var again), $"U+{code:X4}");
            Assert.Equal(address.Value, again.Value);
        }

        Assert.True(parsed > 100_000, $"{parsed} letters");
    }

    [Fact]
    public void Parts_are_as_long_as_the_mail_standards_allow_and_not_longer()
    {
        var label = new string('d', 63);
        Assert.True(EmailAddress.TryParse(new string('a', 64) + "@example.com", out _));
        Assert.False(EmailAddress.TryParse(new string('a', 65) + "@example.com", out _));
        Assert.False(EmailAddress.TryParse(new string('ü', 33) + "@example.com", out _));
        Assert.True(EmailAddress.TryParse($"a@{label}.example", out _));
        Assert.False(EmailAddress.TryParse($"a@{label}d.example", out _));
        Assert.False(EmailAddress.TryParse($"a@{label}.{label}.{label}.{label}.example", out _));
        // Each part is short enough here, and the whole is not.
        Assert.True(EmailAddress.TryParse($"{new string('a', 54)}@{label}.{label}.{label}.example", out var longest));
        Assert.Equal(254, longest.Value.Length);
        Assert.False(EmailAddress.TryParse($"{new string('a', 55)}@{label}.{label}.{label}.example", out _));
        Assert.False(EmailAddress.TryParse(new string('a', 100_000), out _));
    }

    [Fact]
    public void What_a_log_line_shows_of_an_address_is_masked()
    {
        Assert.True(EmailAddress.TryParse("ann.secret@example.com", out var address));
        Assert.Equal("a***@example.com", $"{address}");
        Assert.True(EmailAddress.TryParse("𠀀x@example.com", out var wide));
        Assert.Equal("𠀀***@example.com", wide.Masked);
    }
}
