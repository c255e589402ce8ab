using RedisSessions.Stores;

using RedisSessionWeb.Visitors;

using VerificationCodes;
using VerificationCodes.Addresses;

namespace RedisSessionWeb.Proofs;

/// <summary>Proves phone numbers, in flows of their own: a code to a mailbox may be awaited at the same time.</summary>
internal sealed class NumberProof(IVerificationService codes, Visitor visitor, RedisTime time)
    : ContactProof<PhoneNumber>(codes, visitor, time)
{
    protected override PhoneNumber? Parse(string text) => PhoneNumber.TryParse(text, out var number) ? number : null;

    protected override string Key(CodePurpose purpose) => "proof.phone." + purpose;
}
