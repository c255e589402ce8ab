using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace PostgreSqlAccounts.Tests;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("", 5, "Accounts:PostgreSql:ConnectionString is empty")]
    [InlineData("Host=localhost;Nonsense=1;Password=hunter2", 5, "Accounts:PostgreSql:ConnectionString is not readable")]
    [InlineData("Database=accounts", 5, "Accounts:PostgreSql:ConnectionString is not readable")]
    [InlineData("Host=localhost", 0.5, "Accounts:PostgreSql:Timeout is '00:00:00.5000000'; allowed: 00:00:01 to 00:05:00")]
    [InlineData("Host=localhost", 301, "Accounts:PostgreSql:Timeout is '00:05:01'")]
    public void An_option_out_of_range_is_refused_with_its_key_and_never_with_the_password(string connection, double seconds, string text)
    {
        var validator = new PostgreSqlAccountOptionsValidator();

        var result = validator.Validate(null, new PostgreSqlAccountOptions { ConnectionString = connection, Timeout = TimeSpan.FromSeconds(seconds) });

        Assert.StartsWith(text, Assert.Single(result.Failures!), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_for_users_of_another_type_is_refused()
    {
        var builder = new ServiceCollection().AddIdentityCore<IdentityUser>();

        Assert.Throws<ArgumentException>(() => builder.AddPostgreSqlStore());
    }
}
