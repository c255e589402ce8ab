using System.Net;

using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Commands;

using VerificationCodes.Addresses;
using VerificationCodes.Codes;
using VerificationCodes.Diagnostics;

namespace VerificationCodes.Captcha;

/// <summary>Captchas of this process, over Redis.</summary>
internal sealed class CaptchaService(
    IRedisClient redis, RedisKeys keys, CaptchaAnswers answers, IOptions<VerificationOptions> options, VerificationRecord record) : ICaptchaService
{
    // A browser asks once, and once more where a page is shown anew.
    private const int DrawingsOfCaptcha = 3;

    private static readonly LuaScript Create = LuaScript.FromResource(typeof(CaptchaService), "Create.lua");
    private static readonly LuaScript Draw = LuaScript.FromResource(typeof(CaptchaService), "Draw.lua");

    private CaptchaOptions Settings => options.Value.Captcha;

    public bool IsRequired => answers.IsRequired;

    public async ValueTask<CaptchaOutcome> CreateAsync(IPAddress? clientAddress, string route, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(route);
        ClientNetwork? client = clientAddress is null ? null : new ClientNetwork(clientAddress);
        var id = answers.NewId(route, client);
        var key = keys.Captcha(id);
        var reply = await Create.ExecuteAsync(
            redis,
            [key, client is { } network ? keys.CaptchasOfClient(network) : key],
            [(long)Settings.Lifetime.TotalMilliseconds, client is null ? 0 : Settings.PerClientPerMinute],
            cancellationToken).OrUnavailableAsync();
        var wait = reply.AsInt64();
        record.CaptchaAsked(isMade: wait == 0, client);
        return wait > 0 ? new CaptchaOutcome(null, WholeSeconds.Up(wait)) : new CaptchaOutcome(Challenge(id));
    }

    public async ValueTask<byte[]?> DrawAsync(string id, IPAddress? clientAddress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!Settings.Image || !CaptchaAnswers.IsId(id))
        {
            return null;
        }

        var key = keys.Captcha(id);
        var mayDraw = await Draw.ExecuteAsync(
            redis,
            [key, clientAddress is null ? key : keys.PicturesOfClient(new ClientNetwork(clientAddress))],
            [DrawingsOfCaptcha, clientAddress is null ? 0 : Settings.PerClientPerMinute],
            cancellationToken).OrUnavailableAsync();
        return mayDraw.AsInt64() == 0 ? null : CaptchaPicture.Draw(answers.TextOf(id), answers.SeedOf(id));
    }

    private CaptchaChallenge Challenge(string id) => new()
    {
        Id = id,
        HasImage = Settings.Image,
        WorkBits = Settings.ProofOfWork ? Settings.WorkBits : 0,
        ExpiresIn = Settings.Lifetime,
    };
}
