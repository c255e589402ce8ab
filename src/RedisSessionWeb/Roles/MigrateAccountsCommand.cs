using PostgreSqlAccounts.Schema;


namespace RedisSessionWeb.Roles;

/// <summary><c>--role migrate-accounts</c>: brings the tables of accounts in PostgreSQL to this version, once for each version.</summary>
internal sealed class MigrateAccountsCommand(AccountSchema schema) : ICommand
{
    public const string Name = "migrate-accounts";

    public static IHost Build(string[] args) => RoleHost.BuildCommand<MigrateAccountsCommand>(args);

    public async Task<int> RunAsync(TextWriter output)
    {
        var applied = await schema.MigrateAsync();
        foreach (var migration in applied)
        {
            await output.WriteLineAsync("Applied " + migration + ".");
        }

        await output.WriteLineAsync(applied.Count == 0 ? "Nothing to do: the tables of accounts are of this version." : "The tables of accounts are ready.");
        return 0;
    }
}
