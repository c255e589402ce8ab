using System.Globalization;
using System.Net;
using System.Text.Json;

using RespClient;

using VerificationCodes.Codes;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Siege;

/// <summary>Who asks and answers.</summary>
/// <param name="Network">Where from.</param>
/// <param name="Challenge">The browser; empty: over the gate, without a captcha.</param>
/// <param name="Token">By what the account knows the browser; <see langword="null"/>: it does not.</param>
internal sealed record Client(IPAddress Network, string Challenge, string? Token = null)
{
    public bool IsGate => Challenge.Length == 0;
}

/// <summary>
/// One address under attack, for simulated days: real scripts on a real server, whose data are moved into the past as time
/// passes. Between any two steps of the owner the attackers act.
/// </summary>
internal sealed class Siege(CodeBench bench, int seed, bool isPatient, Client[] attackers) : IAsyncDisposable
{
    private const string Address = "owner@example.com";

    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    private readonly HashSet<string> _misses = [];
    private readonly List<TimeSpan> _mails = [];
    private readonly List<TimeSpan> _guesses = [];
    private readonly RedisArgument _missesKey = bench.Prefix + "misses_" + Address;
    private TimeSpan _firstWaitsUntil;
    private int _turn;

    public Random Random { get; } = new(seed);

    public TimeSpan Now { get; private set; }

    public int MostMailsADay => MostWithinADay(_mails);

    public int MostGuessesADay => MostWithinADay(_guesses);

    /// <summary>The longest that the owner waited from the first question to the right answer.</summary>
    public TimeSpan LongestWait { get; private set; }

    public int Refusals { get; private set; }

    /// <summary>The owner asks, waits as long as is told, and answers what arrived, until it was right.</summary>
    public async Task ServeAsync(Client owner)
    {
        var begin = Now;
        while (true)
        {
            var asked = await AskAsync(owner);
            if (!asked.IsSent)
            {
                Assert.True(Now + asked.RetryAfter - begin <= TimeSpan.FromHours(1), $"{owner} waits {asked.RetryAfter} more, since {Now - begin}: {asked.Status}");
                await PassAsync(asked.RetryAfter);
                continue;
            }

            await PassAsync(TimeSpan.FromSeconds(Random.Next(30, 240)));
            var answered = await AnswerAsync(owner, await CodeOfAsync(owner));
            Assert.Equal(ConfirmStatus.Confirmed, answered.Status);
            LongestWait = TimeSpan.FromTicks(Math.Max(LongestWait.Ticks, (Now - begin).Ticks));
            return;
        }
    }

    /// <summary>Lets time pass, and the attackers use it; they are there first when it is over.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        while (time > TimeSpan.Zero)
        {
            var step = TimeSpan.FromSeconds(Math.Min(Random.Next(20, 1200), time.TotalSeconds));
            await bench.AdvanceAsync(step);
            Now += step;
            time -= step;
            await AttackAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await bench.Redis.ExecuteAsync(new RedisCommand("FLUSHALL"));
        await bench.DisposeAsync();
    }

    private async Task AttackAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            var attacker = await ChooseAsync();
            var isSent = Random.Next(4) > 0 && (await AskAsync(attacker)).IsSent;
            for (var guess = isSent ? 6 : Random.Next(2); guess > 0; guess--)
            {
                await AnswerAsync(attacker, CodeBench.Other(await CodeOfAsync(attacker)));
            }
        }
    }

    /// <summary>
    /// Hasty attackers take turns at random. Patient ones let the first of them use up what anybody may have, before the
    /// others, one by one, reach for what is kept for networks that have not asked.
    /// </summary>
    private async Task<Client> ChooseAsync()
    {
        if (!isPatient)
        {
            return attackers[Random.Next(attackers.Length)];
        }

        if (Now < _firstWaitsUntil)
        {
            return attackers[_turn++ % attackers.Length];
        }

        var outcome = await AskAsync(attackers[0]);
        if (outcome.RetryAfter > TimeSpan.FromHours(1))
        {
            _firstWaitsUntil = Now + outcome.RetryAfter;
        }

        return attackers[0];
    }

    private async Task<IssueOutcome> AskAsync(Client client)
    {
        var outcome = await bench.Codes.IssueAsync(new IssueRequest
        {
            Purpose = PurposeOf(client),
            Address = CodeBench.Email(Address),
            Challenge = client.Challenge,
            ClientAddress = client.Network,
            WithoutCaptcha = client.IsGate,
            KnownBrowser = client.Token,
        });
        if (outcome.IsSent)
        {
            _mails.Add(Now);
        }
        else
        {
            Refusals++;
        }

        return outcome;
    }

    private async Task<ConfirmOutcome> AnswerAsync(Client client, string code)
    {
        var outcome = await bench.Codes.ConfirmAsync(new ConfirmRequest
        {
            Purpose = PurposeOf(client),
            Address = CodeBench.Email(Address),
            Challenge = client.Challenge,
            ClientAddress = client.Network,
            Code = code,
        });
        var misses = await bench.Redis.ExecuteAsync(new RedisCommand("ZRANGE", _missesKey, 0, -1));
        foreach (var miss in misses.Items)
        {
            if (_misses.Add(miss.AsString()!))
            {
                _guesses.Add(Now);
            }
        }

        return outcome;
    }

    /// <summary>The code that is right for a client; where it has none, any.</summary>
    private async Task<string> CodeOfAsync(Client client)
    {
        var scope = CodeScope.Create(PurposeOf(client), CodeBench.Email(Address), client.Challenge);
        var key = $"{bench.Prefix}code_{scope.Purpose.ToName()}:{Address}";
        var record = (await bench.Redis.ExecuteAsync(new RedisCommand("HGET", key, scope.Browser))).AsString();
        if (record is null)
        {
            return "123456";
        }

        using var json = JsonDocument.Parse(record);
        return CodeDerivation.Code(ServerKeys.TryParse(CodeBench.TestKey)!, scope, json.RootElement.GetProperty("nonce").GetString()!);
    }

    private static CodePurpose PurposeOf(Client client) => client.IsGate ? CodePurpose.General : CodePurpose.ResetPassword;

    private static int MostWithinADay(List<TimeSpan> times)
    {
        var (most, first) = (0, 0);
        for (var last = 0; last < times.Count; last++)
        {
            while (times[last] - times[first] >= OneDay)
            {
                first++;
            }

            most = Math.Max(most, last - first + 1);
        }

        return most;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Now.TotalDays:0.0} days, mails a day {MostMailsADay}, guesses a day {MostGuessesADay}, longest wait {LongestWait}, refused {Refusals}");
}
