using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TestServers;

/// <summary>
/// A real PostgreSQL of this test's own: a free port on loopback, a folder of its own for its data, no default cluster of
/// the machine touched. Ends with the test.
/// </summary>
/// <remarks>PostgreSQL refuses to run as root; then it runs as the user <c>postgres</c>, which its package makes.</remarks>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly StringBuilder _log = new();
    private Process? _process;

    private PostgreSqlServer(int port, string dataFolder)
    {
        Port = port;
        DataFolder = dataFolder;
    }

    public string Host => "127.0.0.1";

    public int Port { get; }

    public string DataFolder { get; }

    /// <summary>How a database is reached, in Npgsql's words. Whoever connects from this machine is trusted.</summary>
    public string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host={Host};Port={Port};Database={database};Username=postgres;Maximum Pool Size=40");

    /// <summary>Makes a cluster, starts it and waits until it answers.</summary>
    public static async Task<PostgreSqlServer> StartAsync()
    {
        // Below /tmp itself: the user postgres may not enter a temporary folder that is root's own.
        var folder = $"/tmp/postgresql-test-{Guid.NewGuid():N}";
        var server = new PostgreSqlServer(RedisServer.FreePort(), folder);
        await server.RunAsync(Program("initdb"), "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts the server again on its old port with its old data.</summary>
    public async Task StartAgainAsync()
    {
        var start = Command(
            Program("postgres"), "-D", DataFolder, "-p", Port.ToString(CultureInfo.InvariantCulture), "-h", Host, "-k", DataFolder,
            "-c", "fsync=off", "-c", "max_connections=300");
        _process = Process.Start(start) ?? throw new InvalidOperationException("postgres did not start.");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var started = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartTimeout)
            {
                throw new InvalidOperationException($"PostgreSQL did not answer on port {Port}: {Log}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Ends the server at once, as a crash does: connections break.</summary>
    public async Task StopAsync()
    {
        if (_process is { HasExited: false } process)
        {
            // Its own process, not the one that changed the user; "immediate", because clients' pools keep connections.
            var pid = (await File.ReadAllLinesAsync(Path.Combine(DataFolder, "postmaster.pid")))[0].Trim();
            await RunAsync("kill", "-QUIT", pid);
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Freezes the server: it still accepts connections, and answers nothing.</summary>
    public Task SuspendAsync() => SignalAsync("STOP", []);

    // The program that changed the user stops itself when the server is stopped.
    /// <summary>Lets a frozen server go on.</summary>
    public Task ResumeAsync() => SignalAsync("CONT", [$"{_process!.Id}"]);

    /// <summary>Makes a database that is empty, or a copy of another one that nobody is connected to.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"t{Guid.NewGuid():N}";
        await SqlAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template ?? "template0"}");
        return name;
    }

    /// <summary>Runs SQL by psql, and returns what it printed: rows, with columns separated by bars.</summary>
    public Task<string> SqlAsync(string database, string sql) => RunAsync(
        Program("psql"), "-h", Host, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", database,
        "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await RunAsync("rm", "-rf", DataFolder);
    }

    private string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    // Each connection has a process of its own.
    private async Task SignalAsync(string signal, string[] also)
    {
        var pid = (await File.ReadAllLinesAsync(Path.Combine(DataFolder, "postmaster.pid")))[0].Trim();
        var children = await RunAsync("ps", "-o", "pid=", "--ppid", pid);
        string[] all = [.. also, .. children.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries), pid];
        using var kill = Process.Start("kill", ["-" + signal, .. all]);
        await kill.WaitForExitAsync();
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        using var process = Process.Start(Command(
            Program("pg_isready"), "-q", "-h", Host, "-p", Port.ToString(CultureInfo.InvariantCulture), "-t", "1"))!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(Command(program, arguments)) ?? throw new InvalidOperationException($"{program} did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.TrimEnd('\n')
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }

    private static ProcessStartInfo Command(string program, params string[] arguments)
    {
        string[] all = Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--", program, .. arguments] : [program, .. arguments];
        // A folder that everybody may enter: the user postgres may not be welcome in the one the tests run in.
        return new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
    }

    // Debian keeps the server's programs apart from the path, one folder for each major version.
    private static string Program(string name) =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql") : [])
            .OrderByDescending(folder => folder, StringComparer.Ordinal)
            .Select(folder => Path.Combine(folder, "bin", name))
            .FirstOrDefault(File.Exists)
        ?? name;
}
