using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace RedisSessions.Records;

/// <summary>
/// What a record says of its own key: the version it was written with, a colon, and the last 11 characters of the key,
/// which are the last 8 bytes of the id, as in <c>7:k3vQ0aXb12E</c>. Written in the step that raises the version. It counts
/// only while the record still has that version: a build without marks raises the version and leaves the mark behind,
/// or takes it along to another key.
/// </summary>
internal static class RecordMark
{
    private const int KeyCharacters = 11;

    /// <summary>The mark of a record.</summary>
    public static byte[] Of(string key, long version) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{version}:{EndOf(key)}"));

    /// <summary>Whether a mark counts and names another key.</summary>
    /// <param name="mark">The field; empty: there is none.</param>
    /// <param name="version">The version of the record.</param>
    /// <param name="key">The key that the record was read from.</param>
    public static bool NamesAnother(ReadOnlySpan<byte> mark, long version, string key) =>
        Utf8Parser.TryParse(mark, out long writtenWith, out var digits)
        && writtenWith == version
        && mark.Length > digits && mark[digits] == (byte)':'
        && !Ascii.Equals(mark[(digits + 1)..], EndOf(key));

    private static ReadOnlySpan<char> EndOf(string key) => key.AsSpan(Math.Max(0, key.Length - KeyCharacters));
}
