using RedisSessionWeb.Accounts;
using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Gate;

/// <summary>Signs in without a browser: the token in the answer is the session.</summary>
internal sealed class GateSignIn(SignIn signIn, Visitor visitor)
{
    public async Task<GateAnswer> LoginAsync(LoginRequest request)
    {
        var outcome = await signIn.WithPasswordAsync(request.Email, request.Passwd, isBrowser: false);
        if (outcome.Status == SignInStatus.Limited)
        {
            return GateAnswer.TooOften(outcome.RetryAfter);
        }

        if (outcome.Account is not { } account)
        {
            return GateError.WrongPassword;
        }

        return new GateAnswer(GateError.None) { Uid = account.Id, Email = account.Email, Token = await visitor.CommitAsync() };
    }
}
