using System.Diagnostics;

namespace TestServers;

/// <summary>The npm packages of a test peer: exactly those of its lock file, installed once.</summary>
public static class NodePackages
{
    private static readonly SemaphoreSlim Installing = new(1);

    /// <summary>The source folder of a peer, found from where the tests run.</summary>
    public static string FindFolder(string name, string script)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "TestServers", name);
            if (File.Exists(Path.Combine(candidate, script)))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException($"tests/TestServers/{name} is not above the test's folder.");
    }

    /// <summary>Runs <c>npm ci</c> in the folder unless the package is there.</summary>
    public static async Task InstallAsync(string folder, string package)
    {
        await Installing.WaitAsync();
        try
        {
            if (Directory.Exists(Path.Combine(folder, "node_modules", package)))
            {
                return;
            }

            var start = new ProcessStartInfo("npm") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in (string[])["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            {
                start.ArgumentList.Add(argument);
            }

            using var npm = Process.Start(start) ?? throw new InvalidOperationException("npm did not start.");
            var output = npm.StandardOutput.ReadToEndAsync();
            var errors = await npm.StandardError.ReadToEndAsync();
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm ci failed: {errors} {await output}");
            }
        }
        finally
        {
            Installing.Release();
        }
    }
}
