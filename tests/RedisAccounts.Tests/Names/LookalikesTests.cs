using System.Text;

using RedisAccounts.Names;

namespace RedisAccounts.Tests.Names;

/// <summary>Names that look alike across scripts have one key, and all others one each.</summary>
public sealed class LookalikesTests
{
    [Theory]
    [InlineData("сара", "capa")]
    [InlineData("ВЕТА", "Beta")] // by their capitals
    [InlineData("Сосо", "Coco")]
    [InlineData("ΒΕΤΑ", "Beta")]
    [InlineData("арреӏ", "ɑppel", false)]
    [InlineData("хёх", "xëx")]
    [InlineData("口", "ロ")]
    public void Names_of_different_scripts_that_look_alike_have_one_key(string one, string other, bool isAlike = true) =>
        Assert.Equal(isAlike, Key(one) == Key(other));

    [Theory]
    [InlineData("rn", "m")]
    [InlineData("Ill", "lll")]
    [InlineData("b0b", "bob")]
    [InlineData("vv", "w")]
    [InlineData("κοσ", "κσσ")]
    [InlineData("лл", "пп")]
    public void Names_of_one_script_are_never_held_to_be_alike(string one, string other) => Assert.NotEqual(Key(one), Key(other));

    [Fact]
    public void No_two_letters_of_a_script_have_one_key_and_latin_letters_are_their_own()
    {
        var letters = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(code => new Rune(code)).Where(Rune.IsLetter)
            .Select(rune => AddressNormalizer.Fold(rune.ToString())).Where(text => text.EnumerateRunes().Count() == 1).Distinct()
            .Select(text => (Text: text, Script: Scripts.Of(text.EnumerateRunes().First()), Key: Lookalikes.KeyOf(text))).ToList();

        Assert.All(letters.GroupBy(letter => (letter.Script, letter.Key)), alike => Assert.Single(alike));
        Assert.All(letters.Where(letter => letter.Script == "Latin"), letter => Assert.Equal(letter.Text, letter.Key));
        Assert.InRange(letters.Count(letter => letter.Text != letter.Key), 300, 2000);
        // A small iota below a letter is none of its own: its capital is.
        Assert.All(letters.Where(letter => !letter.Key.Contains('\u0345')), letter => Assert.Equal(letter.Key, Key(letter.Key)));
    }

    [Fact]
    public void The_former_form_of_every_name_of_one_script_is_among_the_names_of_its_key()
    {
        var random = new Random(39);
        var alphabets = new[] { "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіјѕһӏ", "αβγδεζηθικλμνξοπρστυφχψω", "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ" };
        for (var i = 0; i < 5_000; i++)
        {
            var alphabet = alphabets[random.Next(alphabets.Length)];
            var name = AddressNormalizer.Fold(string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => alphabet[random.Next(alphabet.Length)])) + random.Next(10));
            var key = Lookalikes.KeyOf(name);
            Assert.Equal(key, Lookalikes.KeyOf(key));
            Assert.True(key == name || Lookalikes.NamesOf(key).Contains(name), name);
            Assert.InRange(Lookalikes.NamesOf(key).Count(), 0, 12);
        }
    }

    [Fact]
    public void A_name_of_ascii_is_looked_up_under_few_forms_and_an_address_under_none()
    {
        Assert.Empty(Lookalikes.NamesOf("ann@example.com"));
        Assert.Equal("νικοσ@example.com", Lookalikes.KeyOf("νικοσ@example.com"));
        Assert.Empty(Lookalikes.NamesOf("christina"));
        Assert.Contains("сара", Lookalikes.NamesOf("capa"));
    }

    private static string Key(string name) => new AddressNormalizer().NormalizeName(name)!;
}
