using System.Buffers.Text;

using RedisSessions.Cookies;

namespace RedisSessions.Tests.Cookies;

/// <summary>The secret as a value.</summary>
public sealed class SessionIdTests
{
    [Fact]
    public void Ids_are_equal_only_if_all_their_256_bits_are()
    {
        var bytes = Enumerable.Range(0, 32).Select(i => (byte)(i * 37)).ToArray();
        var id = Id(bytes);
        Assert.True(id.Equals(Id(bytes)));
        for (var bit = 0; bit < 256; bit++)
        {
            var other = bytes.ToArray();
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(id.Equals(Id(other)), $"bit {bit}");
            Assert.False(Id(other).Equals((object)id));
        }
    }

    [Fact]
    public void Of_a_thousand_new_ids_no_two_are_equal_and_each_bit_is_set_in_about_half()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => Base64Url.DecodeFromChars(SessionId.New().ToSecret())).ToArray();

        Assert.Equal(ids.Length, ids.Select(Convert.ToHexString).Distinct().Count());
        for (var bit = 0; bit < 256; bit++)
        {
            // Ten standard deviations: it does not happen by chance.
            Assert.InRange(ids.Count(id => (id[bit / 8] & (1 << (bit % 8))) != 0), 342, 658);
        }
    }

    [Fact]
    public void The_public_id_is_the_hash_of_the_secret_in_base64url()
    {
        var id = Id([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

        Assert.Equal("Yw3NKWbEM2aRElRIu7JbT_QSpJxzLbLIq8G4WBvXEN0", id.ToPublic());
        Assert.Equal("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", id.ToSecret());
    }

    [Fact]
    public void What_is_read_is_written_again_letter_by_letter()
    {
        for (var i = 0; i < 1000; i++)
        {
            var text = SessionId.New().ToSecret();
            Assert.True(SessionId.TryParse(text, out var id));
            Assert.Equal(text, id.ToSecret());
        }
    }

    [Fact]
    public void Of_the_spellings_that_stand_for_the_same_bits_one_is_an_id()
    {
        var good = SessionId.New().ToSecret();
        var letters = Enumerable.Range(0, 64).Select(bits => Base64Url.EncodeToString([(byte)(bits << 2)])[0]).ToArray();

        Assert.All(letters, letter => Assert.Equal("AEIMQUYcgkosw048".Contains(letter), SessionId.TryParse(good[..^1] + letter, out _)));
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('\t')]
    [InlineData('\r')]
    [InlineData('\n')]
    [InlineData('=')]
    [InlineData('+')]
    [InlineData('/')]
    [InlineData('.')]
    [InlineData('ä')]
    [InlineData('\0')]
    public void A_letter_of_another_alphabet_is_refused_wherever_it_stands(char letter)
    {
        var good = Base64Url.EncodeToString(new byte[32]);
        for (var at = 0; at < good.Length; at++)
        {
            var text = good.ToCharArray();
            text[at] = letter;
            Assert.False(SessionId.TryParse(text, out _), $"at {at}");
        }

        Assert.False(SessionId.TryParse(letter + good, out _));
        Assert.False(SessionId.TryParse(good + letter, out _));
    }

    private static SessionId Id(byte[] bytes)
    {
        Assert.True(SessionId.TryParse(Base64Url.EncodeToString(bytes), out var id));
        return id;
    }
}
