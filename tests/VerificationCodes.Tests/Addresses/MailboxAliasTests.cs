using VerificationCodes.Addresses;

namespace VerificationCodes.Tests.Addresses;

/// <summary>Which addresses are counted as one mailbox.</summary>
public sealed class MailboxAliasTests
{
    [Theory]
    [InlineData("ann.lee@gmail.com", "annlee@gmail.com")]
    [InlineData("Ann.Lee+shop@googlemail.com", "annlee@gmail.com")]
    [InlineData("ann.lee+a+b@gmail.com", "annlee@gmail.com")]
    [InlineData("ann.lee+a@outlook.com", "ann.lee@outlook.com")]
    [InlineData("ann+a@hotmail.com", "ann@hotmail.com")]
    [InlineData("ann+a@me.com", "ann@icloud.com")]
    [InlineData("ann+a@pm.me", "ann@proton.me")]
    [InlineData("ann+a@fastmail.com", "ann@fastmail.com")]
    public void Addresses_that_a_provider_takes_for_one_mailbox_are_counted_as_one(string address, string mailbox) =>
        Assert.Equal(Parse(mailbox).Budget, Parse(address).Budget);

    [Theory]
    [InlineData("ann+a@example.com", "ann@example.com")]
    [InlineData("ann.lee@example.com", "annlee@example.com")]
    [InlineData("ann.lee@outlook.com", "annlee@outlook.com")]
    [InlineData("ann@hotmail.com", "ann@outlook.com")]
    [InlineData("ann@gmail.com", "ann@example.com")]
    [InlineData("+a@gmail.com", "+b@gmail.com")]
    public void All_other_addresses_are_counted_one_by_one(string one, string other) => Assert.NotEqual(Parse(one).Budget, Parse(other).Budget);

    [Fact]
    public void Only_counting_knows_of_it_and_messages_go_to_the_address_as_it_is()
    {
        Assert.Equal("ann.lee+shop@gmail.com", Parse("Ann.Lee+shop@Gmail.com").Value);
        Assert.NotEqual(Parse("annlee@gmail.com"), Parse("ann.lee@gmail.com"));
    }

    private static EmailAddress Parse(string text) => EmailAddress.TryParse(text, out var address) ? address : throw new FormatException(text);
}
