using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TestServers.Grpc;

/// <summary>A real gRPC client (npm <c>@grpc/grpc-js</c>), driven by a line of JSON per call.</summary>
public sealed class GrpcClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private GrpcClient(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The folder with the client, its packages and <c>original.proto</c>, the file that clients of the older system have.</summary>
    public static string Folder { get; } = NodePackages.FindFolder("Grpc", "client.mjs");

    /// <summary>Starts a client of the service at that port that knows that proto file.</summary>
    public static async Task<GrpcClient> StartAsync(int port, string proto)
    {
        await NodePackages.InstallAsync(Folder, "@grpc/grpc-js");
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["client.mjs", $"127.0.0.1:{port}", proto])
        {
            start.ArgumentList.Add(argument);
        }

        return new GrpcClient(Process.Start(start) ?? throw new InvalidOperationException("node did not start."));
    }

    /// <summary>Makes a call, written as the client's script takes it, and returns what the script says of it.</summary>
    public async Task<JsonNode> CallAsync(object call)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(call));
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience)
            ?? throw new InvalidOperationException("The gRPC client ended: " + await _errors);
        return JsonNode.Parse(line)!;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
