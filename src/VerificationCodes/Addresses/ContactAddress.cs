namespace VerificationCodes.Addresses;

/// <summary>
/// Where a message can go: an <see cref="EmailAddress"/> or a <see cref="PhoneNumber"/>, parsed and in its one
/// normalised form. Two spellings of one address are equal.
/// </summary>
public abstract class ContactAddress : IEquatable<ContactAddress>
{
    private protected ContactAddress(string value, string masked) => (Value, Masked) = (value, masked);

    /// <summary>The normalised form. Messages go there, and accounts, keys and budgets are named by it.</summary>
    public string Value { get; }

    /// <summary>What messages are counted under: the same for addresses that are known to be one mailbox.</summary>
    internal virtual string Budget => Value;

    /// <summary>A form for logs: enough to recognise your own, too little to write to.</summary>
    public string Masked { get; }

    /// <summary>The masked form, so that an address in a log line or an exception is never complete.</summary>
    public sealed override string ToString() => Masked;

    /// <inheritdoc/>
    public bool Equals(ContactAddress? other) =>
        other is not null && GetType() == other.GetType() && string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as ContactAddress);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Value);
}
