namespace RedisSessionWeb.Tests.Architecture;

/// <summary>Fails with every finding on a line of its own; the collection assertions cut long ones off.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string?> findings)
    {
        var all = findings.Distinct().ToArray();
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }
}
