using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Codes;
using VerificationCodes.Outbox;
using VerificationCodes.Sms;

namespace VerificationCodes.Service;

/// <summary>The one atomic decision to send: asks Redis, and reads the answer.</summary>
internal sealed class SendDecision(
    IRedisClient redis, RedisKeys keys, ServerKeys serverKeys, IOptions<VerificationOptions> options, SmsRoute sms)
{
    private const string Nobody = "-";
    private const int MaxNameLength = 64;

    private static readonly LuaScript Script = LuaScript.FromResource(typeof(SendDecision), "Send.lua");

    /// <summary>Whether this is a valid name for a known browser.</summary>
    public static bool IsBrowserName(string name) =>
        name.Length is > 1 and <= MaxNameLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>A known browser as it is passed to the script.</summary>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    public static string BrowserOf(string? name)
    {
        if (name is null)
        {
            return Nobody;
        }

        return IsBrowserName(name)
            ? name
            : throw new ArgumentException($"A known browser's name has 2 to {MaxNameLength} letters, digits, - and _.", nameof(name));
    }

    /// <summary>Whether messages go to that kind of address at all.</summary>
    public bool Delivers(ContactAddress address) => address is not PhoneNumber number || sms.Serves(number);

    /// <summary>How long messages of that kind are refused because their provider fails; zero: it works, as far as is known.</summary>
    public ValueTask<TimeSpan> TroubleAsync(ContactAddress address, CancellationToken cancellationToken) =>
        address is PhoneNumber ? sms.TroubleAsync(cancellationToken) : default;

    /// <summary>Decides; if allowed, the message is in the outbox.</summary>
    public async ValueTask<IssueOutcome> RunAsync(IssueRequest request, CaptchaVerdict captcha, CancellationToken cancellationToken)
    {
        var reply = await Script.ExecuteAsync(redis, Keys(request, captcha), Arguments(request, captcha), cancellationToken);
        return Read(reply);
    }

    private RedisArgument[] Keys(IssueRequest request, CaptchaVerdict captcha)
    {
        var coolDown = keys.CoolDown(request.Address);
        return
        [
            keys.Code(request.Purpose, request.Address),
            coolDown,
            keys.Sends(request.Address),
            request.Address is PhoneNumber ? coolDown : keys.SendsOfAll,
            keys.Outbox,
            captcha == CaptchaVerdict.NotRequired ? coolDown : keys.Captcha(request.Captcha!.Id),
            request.ClientAddress is { } client ? keys.SendsOfClient(new ClientNetwork(client)) : coolDown,
            .. CountersOf(request.Address).Select(counter => (RedisArgument)counter.Key),
        ];
    }

    private RedisArgument[] Arguments(IssueRequest request, CaptchaVerdict captcha)
    {
        var limits = options.Value;
        var scope = CodeScope.Create(request.Purpose, request.Address, request.Challenge);
        var counters = CountersOf(request.Address);
        return
        [
            captcha switch { CaptchaVerdict.NotRequired => "off", CaptchaVerdict.Right => "right", _ => "wrong" },
            (long)limits.CoolDown.TotalMilliseconds,
            limits.SendsPerHour,
            limits.SendsPerDay,
            request.Address is PhoneNumber ? 0 : limits.SendsPerMinute,
            request.ClientAddress is null ? 0 : limits.SendsPerClientPerHour,
            counters.Count,
            scope.Browser,
            (long)limits.CodeLifetime.TotalMilliseconds,
            $" {string.Join(' ', serverKeys.All.Select(k => k.Name))} ",
            JsonSerializer.Serialize(NewCode(request, scope), NewCodeJson.Default.NewCode),
            Message(request, scope).ToJson(),
            request.ClientAddress is { } client ? new ClientNetwork(client).ToString() : Nobody,
            BrowserOf(request.KnownBrowser),
            limits.SendsPerDay + (request.WithoutCaptcha ? Reserves.FreshNetworkSendsWithoutCaptcha : Reserves.FreshNetworkSends),
            limits.SendsPerDay + Reserves.FreshNetworkSends + Reserves.KnownBrowserSends,
            Reserves.SendsOfOneBrowser,
            Reserves.SendsOfOneBrowserAndNetwork,
            .. counters.SelectMany(counter => new RedisArgument[] { counter.Limit, (long)counter.Window.TotalMilliseconds }),
        ];
    }

    private IReadOnlyList<SendCounter> CountersOf(ContactAddress address) => address is PhoneNumber number ? sms.CountersOf(number) : [];

    private NewCode NewCode(IssueRequest request, CodeScope scope)
    {
        var key = serverKeys.Current;
        var nonce = CodeDerivation.NewNonce();
        // Computed in either case, so that both take the same time.
        var proof = CodeDerivation.Proof(key, scope, CodeDerivation.Code(key, scope, nonce));
        return new NewCode(nonce, key.Name, request.Instead is null ? proof : CodeDerivation.ProofOfNothing(), request.Instead is null ? 0 : 1);
    }

    private static OutboxMessage Message(IssueRequest request, CodeScope scope) => new()
    {
        Id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
        To = request.Address.Value,
        Language = request.Language,
        Notice = request.Instead?.ToString(),
        Purpose = scope.Purpose.ToName(),
        Browser = scope.Browser,
    };

    private IssueOutcome Read(RespValue reply)
    {
        var status = reply.Items[0].AsString() switch
        {
            "sent" => IssueStatus.Sent,
            "too-soon" => IssueStatus.TooSoon,
            "address-limit" => IssueStatus.AddressLimit,
            "client-limit" => IssueStatus.ClientLimit,
            "busy" => IssueStatus.Busy,
            "captcha-expired" => IssueStatus.CaptchaExpired,
            "captcha-wrong" => IssueStatus.CaptchaWrong,
            _ => throw new InvalidOperationException("The send script returned an unknown status."),
        };
        var milliseconds = reply.Items[1].AsInt64();
        if (status != IssueStatus.Sent)
        {
            return new IssueOutcome { Status = status, RetryAfter = milliseconds > 0 ? WholeSeconds.Up(milliseconds) : TimeSpan.Zero };
        }

        return new IssueOutcome
        {
            Status = status,
            ResendAfter = options.Value.CoolDown,
            ExpiresIn = TimeSpan.FromMilliseconds(milliseconds),
            Reference = CodeDerivation.Reference(serverKeys.Find(reply.Items[3].AsString()!) ?? serverKeys.Current, reply.Items[2].AsString()!),
        };
    }
}

/// <summary>What the script stores of a code it makes; it adds the deadline and the count of misses.</summary>
/// <param name="Nonce">Random; with the server's key it gives the code.</param>
/// <param name="Key">The name of that key.</param>
/// <param name="Proof">What a check compares.</param>
/// <param name="Instead">1 when the owner gets a notice and no code is right.</param>
internal sealed record NewCode(string Nonce, string Key, string Proof, int Instead);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewCode))]
internal sealed partial class NewCodeJson : JsonSerializerContext;
