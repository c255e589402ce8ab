using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using Npgsql;

namespace PostgreSqlAccounts.Stores;

/// <summary>The pool of connections, one for the application, and how contexts use it.</summary>
internal sealed class AccountDatabase : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly int _timeout;

    public AccountDatabase(IOptions<PostgreSqlAccountOptions> options)
    {
        _timeout = (int)options.Value.Timeout.TotalSeconds;
        var builder = new NpgsqlDataSourceBuilder(options.Value.ConnectionString);
        builder.ConnectionStringBuilder.Timeout = _timeout;
        builder.ConnectionStringBuilder.CommandTimeout = _timeout;
        builder.ConnectionStringBuilder.ApplicationName ??= "RedisSessionWeb";
        // A refused insert would carry the name or the address into exceptions and logs.
        builder.ConnectionStringBuilder.IncludeErrorDetail = false;
        _source = builder.Build();
    }

    public void Use(DbContextOptionsBuilder context) => context
        .UseNpgsql(_source, postgres => postgres
            .MigrationsAssembly(typeof(AccountDatabase).Assembly)
            .MigrationsHistoryTable(AccountModel.MigrationsTable)
            .CommandTimeout(_timeout))
        // Refusals by a constraint or a stamp are expected outcomes, and failures reach the caller as exceptions.
        .ConfigureWarnings(warnings => warnings
            .Log((RelationalEventId.CommandExecuted, LogLevel.Debug))
            .Ignore(
                CoreEventId.SaveChangesFailed, CoreEventId.OptimisticConcurrencyException, CoreEventId.QueryIterationFailed,
                RelationalEventId.CommandError, RelationalEventId.ConnectionError));

    public void Dispose() => _source.Dispose();

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
