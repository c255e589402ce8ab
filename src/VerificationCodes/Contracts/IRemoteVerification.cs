using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace VerificationCodes.Contracts;

/// <summary>
/// The services of this library in another process, used where <see cref="VerificationOptions.Remote"/> is set.
/// </summary>
internal interface IRemoteVerification : IVerificationService, ICaptchaService, INoticeService;
