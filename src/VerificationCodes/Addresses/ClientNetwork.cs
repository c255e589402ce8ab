using System.Net;
using System.Net.Sockets;

namespace VerificationCodes.Addresses;

/// <summary>
/// Who counts as one client: an IPv4 address, or the /64 of an IPv6 address (a client with one address of a /64 has
/// all 2^64 of them).
/// </summary>
internal readonly record struct ClientNetwork
{
    private readonly string _text;

    public ClientNetwork(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            _text = address.ToString();
            return;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        _text = new IPAddress(bytes) + "/64";
    }

    public override string ToString() => _text;
}
