using Microsoft.Extensions.Options;

using RespClient;

using VerificationCodes.Codes;

namespace VerificationCodes.Captcha;

/// <summary>Captchas of this process, over Redis.</summary>
internal sealed class CaptchaService(IRedisClient redis, RedisKeys keys, CaptchaAnswers answers, IOptions<VerificationOptions> options) : ICaptchaService
{
    private CaptchaOptions Settings => options.Value.Captcha;

    public bool IsRequired => answers.IsRequired;

    public async ValueTask<CaptchaChallenge> CreateAsync(CancellationToken cancellationToken)
    {
        var id = CaptchaAnswers.NewId();
        await redis.ExecuteAsync(
            new RedisCommand("SET", keys.Captcha(id), "1", "PX", (long)Settings.Lifetime.TotalMilliseconds), cancellationToken).OrUnavailableAsync();

        return new CaptchaChallenge
        {
            Id = id,
            HasImage = Settings.Image,
            WorkBits = Settings.ProofOfWork ? Settings.WorkBits : 0,
            ExpiresIn = Settings.Lifetime,
        };
    }

    public async ValueTask<byte[]?> DrawAsync(string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!Settings.Image || !CaptchaAnswers.IsId(id))
            return null;
        var exists = await redis.ExecuteAsync(new RedisCommand("EXISTS", keys.Captcha(id)), cancellationToken).OrUnavailableAsync();
        return exists.AsInt64() == 0 ? null : CaptchaPicture.Draw(answers.TextOf(id), answers.SeedOf(id));
    }
}
