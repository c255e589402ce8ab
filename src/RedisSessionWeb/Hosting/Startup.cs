using Microsoft.Extensions.Options;

using PostgreSqlAccounts;
using PostgreSqlAccounts.Schema;

using RedisSessionWeb.Hosting.Clients;
using RedisSessionWeb.Roles;

using RespClient;

namespace RedisSessionWeb.Hosting;

/// <summary>
/// Starts the application, or writes one line for each fault and ends with an exit code of <c>sysexits.h</c>:
/// a wrong configuration and a Redis or PostgreSQL that is away are for the operator to correct, and need no stack
/// trace.
/// </summary>
/// <param name="output">Takes what a command says.</param>
/// <param name="errors">Takes what is wrong.</param>
internal sealed class Startup(TextWriter output, TextWriter errors)
{
    /// <summary>EX_CONFIG.</summary>
    public const int BadConfiguration = 78;

    /// <summary>EX_UNAVAILABLE.</summary>
    public const int StoreAway = 69;

    private static volatile bool _isStarting;

    /// <summary>
    /// Leaves out the host's own report of a failed start, which is a stack trace: one line says what failed.
    /// </summary>
    public static void TellFailedStartsOnce(ILoggingBuilder logging) => logging.AddFilter(
        "Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && !(_isStarting && level == LogLevel.Error));

    public async Task<int> RunAsync(Func<IHost> build)
    {
        try
        {
            using var app = build();
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            if (app.Services.GetService<ICommand>() is { } command)
            {
                return await command.RunAsync(output);
            }

            await RedisClients.ReachAsync(app.Services);
            await ReachAccountsAsync(app.Services);
            if (await ListenAsync(app) is { Count: > 0 } faults)
            {
                return Tell(BadConfiguration, faults);
            }

            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (ConfigurationFault.Describe(e) is { Count: > 0 } faults)
        {
            return Tell(BadConfiguration, faults);
        }
        catch (Exception e) when (e is RedisException or StackExchange.Redis.RedisConnectionException)
        {
            return Tell(StoreAway, ["Redis does not answer (Redis:ConnectionString): " + e.Message]);
        }
        catch (AccountsUnavailableException e)
        {
            return Tell(StoreAway, ["Accounts are not available (Accounts:PostgreSql:ConnectionString): " + e.Message]);
        }
    }

    private static async Task<IReadOnlyList<string>> ListenAsync(IHost app)
    {
        _isStarting = true;
        try
        {
            await app.StartAsync();
            return [];
        }
        catch (Exception e) when (ConfigurationFault.Describe(e).Count == 0 && ConfigurationFault.DescribeListening(e) is { Count: > 0 } faults)
        {
            return faults;
        }
        finally
        {
            _isStarting = false;
        }
    }

    /// <summary>Asks PostgreSQL, where accounts are there, for the tables; <c>Accounts:PostgreSql:CheckAtStart=false</c> goes on without.</summary>
    private static async Task ReachAccountsAsync(IServiceProvider services)
    {
        if (services.GetService<AccountSchema>() is not { } schema
            || !services.GetRequiredService<IOptions<PostgreSqlAccountOptions>>().Value.CheckAtStart)
        {
            return;
        }

        var missing = await schema.FindMissingAsync();
        if (missing.Count > 0)
        {
            throw new OptionsValidationException(
                "Accounts:PostgreSql",
                typeof(PostgreSqlAccountOptions),
                [$"PostgreSQL has no tables of accounts, or older ones (missing: {string.Join(", ", missing)}). Run this once: dotnet RedisSessionWeb.dll --role {MigrateAccountsCommand.Name}"]);
        }
    }

    private int Tell(int exitCode, IEnumerable<string> failures)
    {
        // Several options check one setting: its message is written once.
        foreach (var failure in failures.Distinct())
        {
            errors.WriteLine("RedisSessionWeb: " + failure.ReplaceLineEndings(" "));
        }

        return exitCode;
    }
}
