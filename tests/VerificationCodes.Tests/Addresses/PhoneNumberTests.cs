using PhoneNumbers;

using PhoneNumber = VerificationCodes.Addresses.PhoneNumber;

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
    [InlineData("+44 07400 123456", null, "+447400123456")]
    [InlineData("0044 07400 123456", "GB", "+447400123456")]
    [InlineData("07400 123456", "GB", "+447400123456")]
    [InlineData("44 7400 123456", "GB", "+447400123456")] // a country code without its plus is no second country code
    [InlineData("44 (0)7400 123456", "GB", "+447400123456")]
    [InlineData("+49 0151 23456789", null, "+4915123456789")]
    [InlineData("49 151 23456789", "DE", "+4915123456789")]
    [InlineData("1 415 555 2671", "US", "+14155552671")]
    [InlineData("+1 1 415 555 2671", null, "+14155552671")]
    [InlineData("06 20 123 4567", "HU", "+36201234567")]
    [InlineData("8 912 345-67-89", "RU", "+79123456789")]
    public void One_telephone_has_one_form_however_it_is_dialled(string text, string? region, string normal)
    {
        Assert.True(PhoneNumber.TryParse(text, out var number, region));
        Assert.Equal(normal, number.Value);
    }

    [Theory]
    [InlineData("+1 415 555", null)]
    [InlineData("415 555", "US")]
    [InlineData("+44 44 7400 123456", null)]
    [InlineData("+44 7400 12345", null)]
    [InlineData("+44 7400 1234567", null)]
    [InlineData("+999 123 456 789", null)]
    [InlineData("+1 800 FLOWERS", null)]
    [InlineData("tel:+4915123456789", null)]
    [InlineData("+49 151 23456789 ext. 5", null)]
    [InlineData("+49 151 23456789 x5", null)]
    [InlineData("+49 151 23456789#5", null)]
    [InlineData("0151 23456789;phone-context=+49", "DE")]
    public void What_no_country_gives_out_is_refused_and_so_is_what_is_more_than_digits(string text, string? region) =>
        Assert.False(PhoneNumber.TryParse(text, out _, region));

    [Fact]
    public void A_number_is_typed_with_forty_characters_at_most()
    {
        Assert.True(PhoneNumber.TryParse("+49151234567" + new string(' ', 26) + "89", out _));
        Assert.False(PhoneNumber.TryParse("+49151234567" + new string(' ', 27) + "89", out _));
    }

    [Fact]
    public void Every_number_of_every_country_has_one_form_and_none_of_its_former_ones_is_another_number()
    {
        var tables = PhoneNumberUtil.GetInstance();
        var longest = 0;
        foreach (var region in tables.GetSupportedRegions())
        {
            foreach (var example in Enum.GetValues<PhoneNumberType>().Select(type => tables.GetExampleNumberForType(region, type)).OfType<global::PhoneNumbers.PhoneNumber>())
            {
                var text = tables.Format(example, PhoneNumberFormat.E164);
                Assert.True(PhoneNumber.TryParse(text, out var number), text);
                Assert.True(PhoneNumber.TryParse(number.Value, out var again), text);
                Assert.Equal(number, again);
                foreach (var former in number.FormerValues())
                {
                    Assert.NotEqual(number.Value, former);
                    longest = Math.Max(longest, former.Length - "+".Length);
                    if (PhoneNumber.TryParse(former, out var read))
                    {
                        Assert.Equal(number, read);
                    }
                }
            }
        }

        // E.164 has room for no more.
        Assert.Equal(15, longest);
    }

    [Fact]
    public void Whatever_digits_are_read_as_a_number_read_again_it_is_the_same_number()
    {
        var random = new Random(20261129);
        string?[] regions = [null, "DE", "GB", "US", "CN", "IT", "RU", "HU", "MX", "AR", "BR"];
        var found = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = (random.Next(2) == 0 ? "+" : "") + string.Concat(Enumerable.Range(0, random.Next(6, 15)).Select(_ => (char)('0' + random.Next(10))));
            if (!PhoneNumber.TryParse(text, out var number, regions[random.Next(regions.Length)]))
            {
                continue;
            }

            found++;
            Assert.True(PhoneNumber.TryParse(number.Value, out var again), $"{text} became {number.Value}");
            Assert.Equal((number.Value, number.Region), (again.Value, again.Region));
        }

        Assert.InRange(found, 500, 20_000);
    }

    [Theory]
    [InlineData("+447400123456", "+4407400123456", "+44447400123456", "+444407400123456")]
    [InlineData("+4915123456789", "+49015123456789")] // +49 49 15… is a landline of its own
    [InlineData("+14155552671", "+114155552671")]
    [InlineData("+390669820000", "+39390669820000")]
    public void The_forms_that_an_earlier_version_kept_are_known(string number, params string[] former)
    {
        Assert.True(PhoneNumber.TryParse(number, out var parsed));
        Assert.Equal(former.Order(StringComparer.Ordinal), parsed.FormerValues().Intersect(former).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("+4915123456789", "DE")]
    [InlineData("+14155552671", "US")]
    [InlineData("+16042345678", "CA")]
    [InlineData("+442079460000", "GB")]
    public void A_number_knows_the_region_that_gives_it_out(string text, string region)
    {
        Assert.True(PhoneNumber.TryParse(text, out var number));
        Assert.Equal(region, number.Region);
        Assert.StartsWith(PhoneNumber.CountryCodeOf(region), number.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0151 23456789", "DE", "+4915123456789")]
    [InlineData("(0151) 2345-6789", "DE", "+4915123456789")]
    [InlineData("151 23456789", "DE", "+4915123456789")]
    [InlineData("138 0013 8000", "CN", "+8613800138000")]
    [InlineData("１３８００１３８０００", "CN", "+8613800138000")]
    [InlineData("06 6982 0000", "IT", "+390669820000")] // Italy dials the zero from abroad too
    [InlineData("+86 138 0013 8000", "DE", "+8613800138000")]
    [InlineData("0086 138 0013 8000", "DE", "+8613800138000")]
    [InlineData("0086 138 0013 8000", "", "+8613800138000")]
    public void A_number_without_a_country_code_takes_that_of_the_region_that_was_chosen(string text, string? region, string normal)
    {
        Assert.True(PhoneNumber.TryParse(text, out var number, region));
        Assert.Equal(normal, number.Value);
    }

    [Theory]
    [InlineData("0151 23456789", null)]
    [InlineData("0151 23456789", "")]
    [InlineData("0151 23456789", "+49")]
    [InlineData("0151 23456789", "49")]
    [InlineData("0151 23456789", "de")]
    [InlineData("0151 23456789", "ZZ")]
    [InlineData("0151 23456789", "001")]
    [InlineData("12", "DE")]
    [InlineData("", "DE")]
    [InlineData(null, "DE")]
    [InlineData("0151 2345678901234", "DE")]
    public void What_is_no_number_in_its_region_is_refused(string? text, string? region) =>
        Assert.False(PhoneNumber.TryParse(text, out _, region));
}
