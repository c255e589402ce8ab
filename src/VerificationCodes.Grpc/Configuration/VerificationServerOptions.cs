namespace VerificationCodes.Grpc;

/// <summary>The gRPC service for other processes, section <c>Verification:Grpc</c>.</summary>
public sealed class VerificationServerOptions
{
    /// <summary>Whether this process serves it. Default <see langword="false"/>.</summary>
    public bool Enabled { get; set; }

    /// <summary>The IP address it listens on. Default <c>127.0.0.1</c>; anything but loopback demands a <see cref="Secret"/>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port, HTTP/2 without TLS. 1 to 65535, or 0 for any free one; default 50051.</summary>
    public int Port { get; set; } = 50051;

    /// <summary>What callers must send as metadata <c>verification-secret</c>: 16 to 256 characters. Default empty: nothing, on loopback only.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The largest message taken, in bytes. 1024 to 1048576; default 65536.</summary>
    public int MaxMessageBytes { get; set; } = 64 * 1024;

    /// <summary>The longest that one call may take where the caller set no deadline. 1 to 60 s; default 10 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
