using System.Text;

namespace RedisAccounts.Names;

/// <summary>The tables beside this file: a line for each script, with entries between blanks.</summary>
internal static class UnicodeTable
{
    public static IEnumerable<(string Script, string[] Entries)> Read(string file)
    {
        using var stream = typeof(UnicodeTable).Assembly.GetManifestResourceStream(typeof(UnicodeTable), file)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line.Split(": ") is [var script, var entries] && !line.StartsWith('#'))
            {
                yield return (script, entries.Split(' '));
            }
        }
    }
}
