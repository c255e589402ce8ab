using System.Net;

using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Commands;

using VerificationCodes.Codes;
using VerificationCodes.Diagnostics;
using VerificationCodes.RateLimiting;

namespace VerificationCodes.Captcha;

/// <summary>Captchas of this process, over Redis.</summary>
internal sealed class CaptchaService(
    IRedisClient redis, RedisKeys keys, CaptchaAnswers answers, IOptions<VerificationOptions> options, VerificationRecord record) : ICaptchaService
{
    private static readonly LuaScript Create = LuaScript.FromResource(typeof(CaptchaService), "Create.lua");

    private CaptchaOptions Settings => options.Value.Captcha;

    public bool IsRequired => answers.IsRequired;

    public async ValueTask<CaptchaOutcome> CreateAsync(IPAddress? clientAddress, CancellationToken cancellationToken)
    {
        var id = CaptchaAnswers.NewId();
        var key = keys.Captcha(id);
        ClientNetwork? client = clientAddress is null ? null : new ClientNetwork(clientAddress);
        var reply = await Create.ExecuteAsync(
            redis,
            [key, client is { } network ? keys.CaptchasOfClient(network) : key],
            [(long)Settings.Lifetime.TotalMilliseconds, client is null ? 0 : Settings.PerClientPerMinute],
            cancellationToken).OrUnavailableAsync();
        var wait = reply.AsInt64();
        record.CaptchaAsked(isMade: wait == 0, client);
        return wait > 0 ? new CaptchaOutcome(null, WholeSeconds.Up(wait)) : new CaptchaOutcome(Challenge(id));
    }

    public async ValueTask<byte[]?> DrawAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!Settings.Image || !CaptchaAnswers.IsId(id))
            return null;
        var exists = await redis.ReadTaggedAsync("EXISTS", keys.Captcha(id), cancellationToken: cancellationToken).OrUnavailableAsync();
        return exists.AsInt64() == 0 ? null : CaptchaPicture.Draw(answers.TextOf(id), answers.SeedOf(id));
    }

    private CaptchaChallenge Challenge(string id) => new()
    {
        Id = id,
        HasImage = Settings.Image,
        WorkBits = Settings.ProofOfWork ? Settings.WorkBits : 0,
        ExpiresIn = Settings.Lifetime,
    };
}
