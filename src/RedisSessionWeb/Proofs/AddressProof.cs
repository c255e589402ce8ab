using RedisSessionWeb.Visitors;

using VerificationCodes;
using VerificationCodes.Addresses;

namespace RedisSessionWeb.Proofs;

/// <summary>Proves mailboxes.</summary>
internal sealed class AddressProof(IVerificationService codes, Visitor visitor, TimeProvider clock)
    : ContactProof<EmailAddress>(codes, visitor, clock)
{
    protected override EmailAddress? Parse(string text) => EmailAddress.TryParse(text, out var address) ? address : null;
}
