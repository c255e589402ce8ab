using RedisSessions.Stores;

using RedisSessionWeb.Visitors;

using VerificationCodes;
using VerificationCodes.Addresses;

namespace RedisSessionWeb.Proofs;

/// <summary>Proves mailboxes.</summary>
internal sealed class AddressProof(IVerificationService codes, Visitor visitor, RedisTime time)
    : ContactProof<EmailAddress>(codes, visitor, time)
{
    protected override EmailAddress? Parse(string text) => EmailAddress.TryParse(text, out var address) ? address : null;
}
