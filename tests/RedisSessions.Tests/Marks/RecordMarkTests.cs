using System.Text;

using RedisSessions.Records;

using RespClient.Protocol;

namespace RedisSessions.Tests.Marks;

/// <summary>When a mark counts, and what it costs to look at it.</summary>
public sealed class RecordMarkTests
{
    private const string Key = "SESSION:0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

    [Fact]
    public void A_mark_is_the_version_and_the_end_of_the_key()
    {
        Assert.Equal("1:wxyzABCDEFG", Encoding.UTF8.GetString(RecordMark.Of(Key, 1)));
        Assert.Equal("12345678:wxyzABCDEFG", Encoding.UTF8.GetString(RecordMark.Of(Key, 12345678)));
    }

    [Theory]
    [InlineData("7:wxyzABCDEFG", false)]
    [InlineData("7:wxyzABCDEFH", true)]
    [InlineData("7:xyzABCDEFG", true)]
    [InlineData("7:", true)]
    [InlineData("6:wxyzABCDEFH", false)] // written by somebody who knows no marks since
    [InlineData("70:wxyzABCDEFH", false)]
    [InlineData("7", false)]
    [InlineData("7-wxyzABCDEFH", false)]
    [InlineData("wxyzABCDEFH", false)]
    [InlineData("", false)]
    public void A_mark_counts_only_with_the_version_it_was_written_with(string mark, bool namesAnother) =>
        Assert.Equal(namesAnother, RecordMark.NamesAnother(Encoding.UTF8.GetBytes(mark), 7, Key));

    [Theory]
    [InlineData("@mark", "3:wxyzABCDEFG", nameof(RecordReadingKind.Found))]
    [InlineData("@mark", "3:AAAAAAAAAAA", nameof(RecordReadingKind.Foreign))]
    [InlineData("@mark", "2:AAAAAAAAAAA", nameof(RecordReadingKind.Found))]
    [InlineData("@format", "99", nameof(RecordReadingKind.Broken))]
    [InlineData("other", "", nameof(RecordReadingKind.Found))]
    public void A_record_says_whose_it_is(string field, string value, string expected) =>
        Assert.Equal(expected, RecordLayout.Read(Key, Reply((field, value)), ValueProtection.None).Kind.ToString());

    [Fact]
    public void What_cannot_be_the_reply_to_the_question_is_a_broken_record()
    {
        foreach (var reply in (RespValue[])
            [
                RespValue.Null, RespValue.FromInt64(1), RespValue.FromSimpleString("OK"),
                RespValue.FromItems(RespKind.Array, [Bulk("0"), RespValue.FromItems(RespKind.Array, [Bulk("SESSION:a")])]),
                RespValue.FromItems(RespKind.Array, [RespValue.FromInt64(1), RespValue.FromInt64(0), RespValue.FromInt64(0), RespValue.FromInt64(7)]),
            ])
        {
            Assert.Equal(RecordReadingKind.Broken, RecordLayout.Read(Key, reply, ValueProtection.None).Kind);
        }
    }

    [Fact]
    public void Looking_at_a_mark_allocates_nothing()
    {
        var without = Reply();
        var with = Reply(("@mark", "3:wxyzABCDEFG"));
        BytesOf(with);

        Assert.Equal(BytesOf(without), BytesOf(with));
    }

    private static long BytesOf(RespValue reply)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            RecordLayout.Read(Key, reply, ValueProtection.None);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static RespValue Reply(params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] fields =
        [
            ("@format", "1"), ("@version", "3"), ("@created", "1790000000000"), ("@renewed", "1790000000000"),
            ("@lifetime", "604800000"), ("a", "1"), .. more,
        ];
        return RespValue.FromItems(RespKind.Map, [.. fields.SelectMany(field => new[] { Bulk(field.Name), Bulk(field.Value) })]);
    }

    private static RespValue Bulk(string text) => RespValue.FromBytes(RespKind.BulkString, Encoding.UTF8.GetBytes(text));
}
