using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

using VerificationCodes.Addresses;

namespace VerificationCodes.Codes;

/// <summary>Runs the atomic check.</summary>
internal sealed class CodeCheck(IRedisClient redis, RedisKeys keys, ServerKeys serverKeys, IOptions<VerificationOptions> options)
{
    private static readonly LuaScript Script = LuaScript.FromResource(typeof(CodeCheck), "Check.lua");
    private static readonly LuaScript Settle = LuaScript.FromResource(typeof(CodeCheck), "Settle.lua", isRepeatable: true);

    /// <summary>Checks six digits.</summary>
    /// <returns>The outcome, and when a right code was taken; 0: there is nothing to settle.</returns>
    public async ValueTask<(ConfirmOutcome Outcome, long Taken)> RunAsync(ConfirmRequest request, string code, CancellationToken cancellationToken)
    {
        var limits = options.Value;
        var scope = CodeScope.Create(request.Purpose, request.Address, request.Challenge);
        var arguments = new List<RedisArgument>
        {
            scope.Browser,
            limits.TriesPerCode,
            CodeDerivation.NewNonce(),
            request.ClientAddress is { } client ? new ClientNetwork(client).ToString() : "-",
            limits.MissesPerDay,
            limits.MissesPerDay + Reserves.KnownBrowserMisses,
            limits.MissesPerDay + Reserves.Misses,
            limits.MissesOfAllPerHour / 2,
            limits.MissesOfAllPerHour,
        };
        foreach (var key in serverKeys.All)
        {
            arguments.Add(key.Name);
            arguments.Add(CodeDerivation.Proof(key, scope, code));
        }

        var open = keys.Code(request.Purpose, request.Address);
        var reply = await Script.ExecuteAsync(
            redis, [open, keys.Misses(request.Address), keys.MissesOfAll], arguments.ToArray(), cancellationToken);
        var (status, number) = (reply.Items[0].AsString()!, reply.Items.Length > 1 ? reply.Items[1].AsInt64() : 0);
        return (Read(status, number), status == "confirmed" ? number : 0);
    }

    /// <summary>The answer to a right code has arrived: uses it up. Where Redis does not answer, nothing is done.</summary>
    public async Task SettleAsync(CodePurpose purpose, ContactAddress address, string challenge, long taken)
    {
        try
        {
            var browser = CodeScope.Create(purpose, address, challenge).Browser;
            await Settle.ExecuteAsync(redis, [keys.Code(purpose, address)], [browser, taken], CancellationToken.None);
        }
        catch (Exception e) when (e is RedisException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    /// <summary>Ends all open codes of an address, in one command.</summary>
    public ValueTask<long> CancelAsync(ContactAddress address, CancellationToken cancellationToken) =>
        redis.UnlinkAsync([.. Enum.GetValues<CodePurpose>().Select(p => (RedisArgument)keys.Code(p, address))], cancellationToken);

    private static ConfirmOutcome Read(string status, long number) => status switch
    {
        "confirmed" => new ConfirmOutcome { Status = ConfirmStatus.Confirmed },
        "wrong" => new ConfirmOutcome { Status = ConfirmStatus.Wrong, TriesLeft = (int)number },
        "spent" => new ConfirmOutcome { Status = ConfirmStatus.Spent },
        "expired" => new ConfirmOutcome { Status = ConfirmStatus.Expired },
        "blocked" => new ConfirmOutcome { Status = ConfirmStatus.Blocked, RetryAfter = WholeSeconds.Up(number) },
        _ => throw new InvalidOperationException("The check script returned an unknown status."),
    };
}

/// <summary>Waiting times in whole seconds.</summary>
internal static class WholeSeconds
{
    /// <summary>Rounded up, so that a caller that waits that long is not refused again; at least one second.</summary>
    public static TimeSpan Up(long milliseconds) => TimeSpan.FromSeconds(Math.Max(1, (milliseconds + 999) / 1000));
}
