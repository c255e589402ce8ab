using VerificationCodes.Addresses;

namespace VerificationCodes.Tests.Addresses;

public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("+49 151 23456789", "+4915123456789")]
    [InlineData("+1 (212) 555-0100", "+12125550100")]
    [InlineData("＋８６１３８００１３８０００", "+8613800138000")]
    [InlineData("+86－138－0013－8000", "+8613800138000")]
    [InlineData("+86\u3000138\u00a00013 8000", "+8613800138000")]
    [InlineData("\u202a+49 151 23456789\u202c", "+4915123456789")] // as phones copy it out of their contacts
    [InlineData("+44 (0)20 7946 0000", "+442079460000")]
    [InlineData("+39 06 6982 0000", "+390669820000")]
    [InlineData("+49.151/23456789", "+4915123456789")]
    public void A_phone_number_is_read_in_its_international_form(string text, string normal)
    {
        Assert.True(PhoneNumber.TryParse(text, out var number));
        Assert.Equal(normal, number.Value);
        Assert.DoesNotContain(normal[3..^2], number.Masked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("+")]
    [InlineData("015123456789")]
    [InlineData("004915123456789")]
    [InlineData("+015123456789")]
    [InlineData("+49")]
    [InlineData("+491512345678901234")]
    [InlineData("+49151x3456789")]
    [InlineData("+49151,+49152")]
    [InlineData("+4915123456789;ext=5")]
    [InlineData("+4915123456789\r\n")]
    [InlineData("+4915123456789\0")]
    [InlineData("++4915123456789")]
    [InlineData("+49151+23456789")]
    [InlineData("+٤٩١٥١٢٣٤٥٦٧٨٩")] // digits of another script: nobody's keypad, and a way to write one number twice
    public void What_is_no_international_number_is_refused(string? text) => Assert.False(PhoneNumber.TryParse(text, out _));

    [Theory]
    [InlineData("0151 23456789", "+49", "+4915123456789")]
    [InlineData("(0151) 2345-6789", "+49", "+4915123456789")]
    [InlineData("151 23456789", "+49", "+4915123456789")]
    [InlineData("138 0013 8000", "+86", "+8613800138000")]
    [InlineData("１３８００１３８０００", "+86", "+8613800138000")]
    [InlineData("06 6982 0000", "+39", "+390669820000")] // Italy dials the zero from abroad too
    [InlineData("+86 138 0013 8000", "+49", "+8613800138000")]
    [InlineData("0086 138 0013 8000", "+49", "+8613800138000")]
    [InlineData("0086 138 0013 8000", "", "+8613800138000")]
    public void A_number_without_a_country_code_takes_the_one_that_was_chosen(string text, string? country, string normal)
    {
        Assert.True(PhoneNumber.TryParse(text, out var number, country));
        Assert.Equal(normal, number.Value);
    }

    [Theory]
    [InlineData("0151 23456789", null)]
    [InlineData("0151 23456789", "")]
    [InlineData("0151 23456789", "+")]
    [InlineData("0151 23456789", "49")]
    [InlineData("0151 23456789", "+4x")]
    [InlineData("0151 23456789", "+0")]
    [InlineData("12", "+49")]
    [InlineData("", "+49")]
    [InlineData(null, "+49")]
    [InlineData("0151 2345678901234", "+49")]
    public void What_makes_no_number_with_its_country_is_refused(string? text, string? country) =>
        Assert.False(PhoneNumber.TryParse(text, out _, country));
}
