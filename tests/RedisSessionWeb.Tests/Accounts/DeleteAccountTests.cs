using System.Net;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>An account that changes while its owner deletes it: what the page says is what happened.</summary>
public sealed class DeleteAccountTests : IAsyncLifetime
{
    private const string Email = "leaver@example.com";
    private const string Password = "correct horse battery";
    private RedisServer _redis = null!;
    private RunningApp _app = null!;
    private Visit _visit = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        // A password takes about a second to check: time for another window.
        _app = await RunningApp.StartAsync(_redis.ConnectionString, [.. AppFixture.Settings, "Accounts:HashIterations=2000000"]);
        _visit = new Visit(_app);
        await _visit.RegisterAsync(Email, "Leaver", Password);
        await _visit.OpenAsync("/account/delete");
    }

    public async ValueTask DisposeAsync()
    {
        _visit.Dispose();
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_change_of_no_weight_in_another_window_does_not_keep_the_account()
    {
        await DeleteWhileAsync((accounts, account) => accounts.UpdateAsync(account));

        Assert.Equal("/signin?done=deleted", _visit.Path);
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task A_new_password_in_another_window_keeps_the_account_and_the_page_says_so()
    {
        await DeleteWhileAsync((accounts, account) => accounts.UpdateSecurityStampAsync(account));

        Assert.Equal(HttpStatusCode.Conflict, _visit.Response.StatusCode);
        Assert.Contains("Your account was changed in another window. Try again.", _visit.Main, StringComparison.Ordinal);
        Assert.NotNull(await FindAsync());
        Assert.Null(await _visit.ReadMailAsync(Email, "deleted"));
    }

    [Fact]
    public async Task An_account_that_another_window_has_deleted_meanwhile_is_told_as_deleted()
    {
        await DeleteWhileAsync((accounts, account) => accounts.DeleteAsync(account));

        Assert.Equal("/signin?done=deleted", _visit.Path);
    }

    /// <summary>Sends the form, and changes the account after it was read and before its password was found right.</summary>
    private async Task DeleteWhileAsync(Func<UserManager<Account>, Account, Task<IdentityResult>> change)
    {
        var account = (await FindAsync())!;
        await using var monitor = await _redis.MonitorAsync();
        var deleting = _visit.SubmitAsync(("Password", Password));
        // The try is counted between the two.
        await Eventually.TrueAsync(async () => (await monitor.LinesAsync()).Any(line => line.Contains("tries:", StringComparison.Ordinal)));
        await using var scope = _app.Services.CreateAsyncScope();
        Assert.True((await change(scope.ServiceProvider.GetRequiredService<UserManager<Account>>(), account)).Succeeded);
        Assert.False(deleting.IsCompleted);
        await deleting;
    }

    private async Task<Account?> FindAsync()
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByEmailAsync(Email);
    }
}
