using System.Net.Sockets;

namespace TestServers;

/// <summary>What <see cref="HttpClient"/> throws where the server goes away in the middle of a request.</summary>
public static class CutOff
{
    /// <summary>Whether the connection was cut.</summary>
    /// <remarks>
    /// A connection that is reset between connecting and the first use of it comes out of <see cref="HttpClient"/> as
    /// the bare <see cref="SocketException"/> of asking for its remote address.
    /// </remarks>
    public static bool Is(Exception e) => e is HttpRequestException or SocketException;
}
