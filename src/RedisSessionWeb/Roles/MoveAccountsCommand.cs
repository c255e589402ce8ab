using PostgreSqlAccounts.Moving;


namespace RedisSessionWeb.Roles;

/// <summary><c>--role move-accounts</c>: moves the accounts that are in Redis to PostgreSQL; to be run as often as one likes.</summary>
internal sealed class MoveAccountsCommand(AccountMove move) : ICommand
{
    public const string Name = "move-accounts";

    public static IHost Build(string[] args) => RoleHost.BuildCommand<MoveAccountsCommand>(args);

    public async Task<int> RunAsync(TextWriter output)
    {
        var report = await move.RunAsync(new Progress(output));
        foreach (var (id, reason) in report.Conflicts)
        {
            await output.WriteLineAsync($"Stays in Redis: account {id}, {Say(reason)}");
        }

        if (report.Finished > 0)
        {
            await output.WriteLineAsync($"Finished {report.Finished} that an earlier run had copied.");
        }

        await output.WriteLineAsync(report is { Moved: 0, Finished: 0, Conflicts.Count: 0 }
            ? "Nothing to do: there is no account in Redis."
            : $"Moved {report.Moved} accounts to PostgreSQL; {report.Conflicts.Count} stay in Redis.");
        return report.Conflicts.Count == 0 ? 0 : 1;
    }

    private static string Say(AccountMoveObstacle reason) => reason switch
    {
        AccountMoveObstacle.NameTaken => "another account in PostgreSQL has its name.",
        AccountMoveObstacle.EmailTaken => "another account in PostgreSQL has its address.",
        AccountMoveObstacle.PhoneTaken => "another account in PostgreSQL has its phone number.",
        AccountMoveObstacle.ChangedInBoth => "it was changed in Redis and in PostgreSQL after it was copied.",
        AccountMoveObstacle.KeepsChanging => "it is being changed all the time: stop the application first.",
        _ => "its record cannot be read, or holds text that PostgreSQL cannot hold.",
    };

    // Reports at once: the framework's own Progress reports on another thread, even after the run.
    private sealed class Progress(TextWriter output) : IProgress<int>
    {
        public void Report(int value) => output.WriteLine($"Moved {value} …");
    }
}
