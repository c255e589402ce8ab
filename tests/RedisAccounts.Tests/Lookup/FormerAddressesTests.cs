using System.Text;

using RedisAccounts.Lookup;

namespace RedisAccounts.Tests.Lookup;

public sealed class FormerAddressesTests
{
    private readonly AddressNormalizer _normalizer = new();

    [Theory]
    [InlineData("ann@example.com")]
    [InlineData("jürgen@example.com")]
    [InlineData("ann@bücher.example")]
    [InlineData("王小明@example.com")]
    public void Nearly_all_addresses_were_kept_under_the_same_form_before(string address) =>
        Assert.Empty(FormerAddresses.Of(_normalizer.NormalizeEmail(address)!));

    [Theory]
    [InlineData("Νικος@example.com", "νικοσ@example.com")]
    [InlineData("ann@οδος.example", "ann@xn--pxavbq.example")]
    [InlineData("a\u0345b@example.com", "aιb@example.com")]
    public void A_former_form_follows_from_the_present_one(string address, string former) =>
        Assert.Equal([former], FormerAddresses.Of(_normalizer.NormalizeEmail(address)!));

    [Fact]
    public void The_former_form_of_an_address_with_any_letter_is_found_from_its_present_form()
    {
        for (var code = 0; code <= 0x10FFFF; code++)
        {
            if (!Rune.IsValid(code))
            {
                continue;
            }

            var address = $"a{new Rune(code)}b@example.com";
            if (!Mailboxes.Mailbox.TryParse(address, out var mailbox))
            {
                continue;
            }

            var former = FormerAddresses.Normalize(address);
            Assert.True(former == mailbox.Value || FormerAddresses.Of(mailbox.Value).Contains(former), $"U+{code:X4}");
            Assert.Equal(former, _normalizer.NormalizeEmail(former));
        }
    }
}
