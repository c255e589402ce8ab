using System.Globalization;
using System.Text;

using RedisSessions.Records;

namespace RedisSessions.Tests.Records;

/// <summary>The values of a record against a dictionary that has been through the same.</summary>
public sealed class RecordValuesTests
{
    [Theory]
    [InlineData(4, 40)]
    [InlineData(16, 100)]
    [InlineData(17, 100)]
    [InlineData(60, 2000)]
    public void Any_row_of_changes_leaves_what_a_dictionary_has_after_them(int keys, int longest)
    {
        var random = new Random(20261127 + keys);
        var expected = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var values = RecordValues.Empty;
        for (var round = 0; round < 400; round++)
        {
            var changes = new Dictionary<string, byte[]?>(StringComparer.Ordinal);
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                var key = KeyOf(random.Next(keys));
                changes[key] = random.Next(4) == 0 ? null : Bytes(random, random.Next(longest));
            }

            var before = values;
            var content = Content(before);
            values = values.With(changes);

            foreach (var (key, value) in changes)
            {
                if (value is null)
                {
                    expected.Remove(key);
                }
                else
                {
                    expected[key] = value;
                }
            }

            Assert.Equal(content, Content(before)); // immutable
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), values.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(expected.Count, values.Count);
            Assert.All(expected, one => Assert.Equal(one.Value, values.Get(one.Key)!.Value.ToArray()));
            Assert.Null(values.Get("nobody"));
            Assert.Null(values.Get("kein schlüssel"));
            Assert.Equal(expected.Sum(one => Encoding.UTF8.GetByteCount(one.Key) + one.Value.Length), values.Size);
            Assert.InRange(values.HeldBytes, values.Size, (2 * values.Size) + 1024);
        }
    }

    [Fact]
    public void A_small_value_that_is_replaced_all_the_time_does_not_hold_what_it_came_with()
    {
        var received = new byte[64 * 1024];
        var values = new RecordValues([new("a"u8.ToArray(), received.AsMemory(0, 10))], received.Length);
        Assert.Equal(received.Length, values.HeldBytes);

        values = values.With(new() { ["b"] = [1] });

        Assert.InRange(values.HeldBytes, 1, 20);
        Assert.Equal(10, values.Get("a")!.Value.Length);
    }

    [Fact]
    public void Changes_of_nothing_are_the_same_values()
    {
        var values = RecordValues.Empty.With(new() { ["a"] = [1] });

        Assert.Same(values, values.With([]));
        Assert.Same(RecordValues.Empty, RecordValues.Empty.With([]));
        Assert.Equal(0, values.With(new() { ["a"] = null }).Count);
        Assert.Equal(1, values.With(new() { ["b"] = null }).Count);
    }

    private static string KeyOf(int number) => (number % 3) switch
    {
        0 => "key" + number.ToString(CultureInfo.InvariantCulture),
        1 => "schlüssel" + number.ToString(CultureInfo.InvariantCulture),
        _ => "键" + number.ToString(CultureInfo.InvariantCulture),
    };

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string[] Content(RecordValues values) =>
        [.. values.All.Select(one => one.Key + "=" + Convert.ToHexString(one.Value.Span)).Order(StringComparer.Ordinal)];
}
