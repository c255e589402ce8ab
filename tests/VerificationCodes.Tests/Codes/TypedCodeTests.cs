using System.Globalization;
using System.Text;

using VerificationCodes.Codes;

namespace VerificationCodes.Tests.Codes;

/// <summary>Codes as people type and paste them.</summary>
public sealed class TypedCodeTests
{
    [Theory]
    [InlineData("482913")]
    [InlineData(" 482 913\t")]
    [InlineData("482-913")]
    [InlineData("482–913")]
    [InlineData("\u200E482913\u200E")]
    [InlineData("\u202A482\u202C913\u2069")]
    [InlineData("482\u00AD913")]
    [InlineData("\uFEFF482\u200B913")]
    [InlineData("482913.")]
    [InlineData("482913。")]
    [InlineData("482913．")]
    [InlineData("482913｡")]
    [InlineData("482913. \u200E")]
    [InlineData("Code: 482913")]
    [InlineData("Your code: 482 913.")]
    [InlineData("验证码：４８２９１３。")]
    [InlineData("４８２９１３")]
    [InlineData("٤٨٢٩١٣")]
    [InlineData("۴۸۲۹۱۳")]
    [InlineData("४८२९१३")]
    [InlineData("\U0001D7D2\U0001D7D6\U0001D7D0\U0001D7D7\U0001D7CF\U0001D7D1")] // bold, as some keyboards write
    public void A_code_is_read_as_it_was_pasted(string text)
    {
        Assert.True(TypedCode.TryRead(text, out var code));
        Assert.Equal("482913", code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("48291")]
    [InlineData("4829130")]
    [InlineData("482913..")]
    [InlineData(".482913")]
    [InlineData("482.913")]
    [InlineData("48291a")]
    [InlineData("Code 482913")]
    [InlineData("1: 482913")]
    [InlineData("482913:")]
    [InlineData("48:2913")]
    [InlineData("482913\0")]
    [InlineData("48²913")]
    [InlineData("④⑧②⑨①③")]
    [InlineData("\ud835482913")]
    [InlineData("482913.\ud835")]
    [InlineData("+482913")]
    public void What_is_more_or_less_than_six_digits_is_no_code(string text) => Assert.False(TypedCode.TryRead(text, out _));

    [Fact]
    public void Whatever_is_typed_is_six_digits_or_nothing_and_never_an_exception()
    {
        var random = new Random(20261129);
        var pool = "0123456789٤４۴.。:：- \u00AD\u200E\0aé王\ud835\udfd2\n".ToCharArray();
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 70)).Select(_ => pool[random.Next(pool.Length)]));
            if (!TypedCode.TryRead(text, out var code))
            {
                continue;
            }

            Assert.Matches("^[0-9]{6}$", code);
            var digits = text.EnumerateRunes().Where(Rune.IsDigit).Select(digit => ((int)Rune.GetNumericValue(digit)).ToString(CultureInfo.InvariantCulture));
            Assert.Equal(code, string.Concat(digits));
        }
    }
}
