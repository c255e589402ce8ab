namespace RespClient.Stress.Callers;

/// <summary>A caller got what it must never get.</summary>
internal sealed class ForeignReplyException(string expected, string got) : Exception
{
    public string Expected => expected;

    public string Got => got;
}
