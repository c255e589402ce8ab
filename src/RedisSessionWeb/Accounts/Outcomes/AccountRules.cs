using Microsoft.AspNetCore.Identity;

using RedisAccounts;

namespace RedisSessionWeb.Accounts.Outcomes;

/// <summary>The rules for names, addresses and passwords, which tell nothing about who has an account and cost no hash.</summary>
internal static class AccountRules
{
    public static async Task<IReadOnlyList<AccountProblem>> FindProblemsAsync(
        this UserManager<Account> accounts, Account account, string password)
    {
        var problems = new List<AccountProblem>();
        foreach (var validator in accounts.UserValidators)
        {
            problems.AddRange(AccountProblems.From(await validator.ValidateAsync(accounts, account)));
        }

        foreach (var validator in accounts.PasswordValidators)
        {
            problems.AddRange(AccountProblems.From(await validator.ValidateAsync(accounts, account, password)));
        }

        return problems;
    }
}
