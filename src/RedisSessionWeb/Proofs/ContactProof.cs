using System.Text.Json.Serialization;

using RedisSessionWeb.Visitors;

using RedisSessions.Stores;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Proofs;

/// <summary>
/// The part that flows have in common: a code goes to an address, the person types it, and for a quarter of an hour
/// this browser has proven that the address is theirs. Where a flow stands is kept in the session, by Redis' clock; what
/// binds the code to this browser is derived from the cookie and kept nowhere, so that no code can be tried from what
/// Redis holds.
/// </summary>
/// <typeparam name="TAddress">A mailbox or a number.</typeparam>
internal abstract class ContactProof<TAddress>(IVerificationService codes, Visitor visitor, RedisTime time)
    where TAddress : ContactAddress
{
    /// <summary>How long after the right code the flow can be finished.</summary>
    private static readonly TimeSpan ProvenFor = TimeSpan.FromMinutes(15);

    /// <summary>Where a flow stands; <see langword="null"/>: it has not begun in this browser.</summary>
    public ProofState? Find(CodePurpose purpose) => visitor.Session.Get<ProofState>(Key(purpose), ProofJson.Default.ProofState);

    /// <summary>The address that this browser has proven for a purpose; <see langword="null"/>: none, or too long ago.</summary>
    public TAddress? Proven(CodePurpose purpose) =>
        Find(purpose) is { ProvenAt: { } since } state
        && time.Now - since < ProvenFor
            ? Parse(state.Address)
            : null;

    /// <summary>Asks for a code, or for the same one once more.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="address">Where it goes.</param>
    /// <param name="captcha">The solved captcha, where one is required.</param>
    /// <param name="instead">The notice that goes out instead of a code; answers and times are the same.</param>
    /// <param name="mark">The account that the proof is for, as it is now (<see cref="AccountMark"/>).</param>
    /// <param name="knownBrowser">The browser, where it has signed in to the account of this very address before.</param>
    public async Task<IssueOutcome> AskAsync(
        CodePurpose purpose, TAddress address, CaptchaAnswer? captcha, NoticeKind? instead, string? mark = null, string? knownBrowser = null)
    {
        // First: if Redis cannot tell the time, no code must be spent.
        await time.NowAsync();
        var outcome = await codes.IssueAsync(new IssueRequest
        {
            Purpose = purpose,
            Address = address,
            Challenge = Challenge(purpose),
            ClientAddress = visitor.Address,
            Language = visitor.Language,
            Captcha = captcha,
            Instead = instead,
            KnownBrowser = knownBrowser,
        });
        if (outcome.IsSent)
        {
            var now = time.Now;
            Keep(purpose, new ProofState(address.Value, outcome.Reference, now + outcome.ResendAfter, now + outcome.ExpiresIn, null, mark));
        }

        return outcome;
    }

    /// <summary>Checks what was typed. Without a flow in this browser every code is too old.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="typed">The code as typed.</param>
    /// <param name="mark">
    /// The account that a right code is a proof for, as it was before the code was compared; <see langword="null"/>: as it
    /// was when the code was asked for.
    /// </param>
    public async Task<ConfirmOutcome> AnswerAsync(CodePurpose purpose, string? typed, string? mark = null)
    {
        if (Find(purpose) is not { } state || Parse(state.Address) is not { } address)
        {
            return new ConfirmOutcome { Status = ConfirmStatus.Expired };
        }

        await time.NowAsync();
        var outcome = await codes.ConfirmAsync(new ConfirmRequest
        {
            Purpose = purpose,
            Address = address,
            Code = typed ?? "",
            Challenge = Challenge(purpose),
        });
        if (outcome.IsConfirmed)
        {
            Keep(purpose, state with { ProvenAt = time.Now, Mark = mark ?? state.Mark });
        }

        return outcome;
    }

    /// <summary>Ends the flow in this browser.</summary>
    public void Forget(CodePurpose purpose) => visitor.Session.Remove(Key(purpose));

    private string Challenge(CodePurpose purpose) => visitor.Session.DeriveSecret(Key(purpose));

    private void Keep(CodePurpose purpose, ProofState state) =>
        visitor.Session.Set(Key(purpose), state, ProofJson.Default.ProofState);

    /// <summary>Reads what the session kept; <see langword="null"/>: it is no such address.</summary>
    protected abstract TAddress? Parse(string text);

    /// <summary>The session's key for a flow; each kind of address has flows of its own.</summary>
    protected virtual string Key(CodePurpose purpose) => "proof." + purpose;
}

/// <summary>Where a flow stands, as the session keeps it.</summary>
/// <param name="Address">The address to be proven, normalised.</param>
/// <param name="Reference">Tells this mail from others; the mail shows it too.</param>
/// <param name="ResendAt">When another mail may be asked for.</param>
/// <param name="ExpiresAt">When the code ends.</param>
/// <param name="ProvenAt">When the right code was typed; <see langword="null"/>: not yet.</param>
/// <param name="Mark">The account that it is for, as it was; <see langword="null"/>: there was none.</param>
internal sealed record ProofState(
    string Address, string Reference, DateTimeOffset ResendAt, DateTimeOffset ExpiresAt, DateTimeOffset? ProvenAt,
    string? Mark = null);

[JsonSerializable(typeof(ProofState))]
internal sealed partial class ProofJson : JsonSerializerContext;
