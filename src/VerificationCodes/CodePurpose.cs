namespace VerificationCodes;

/// <summary>What a code is for. A code issued for one purpose confirms no other.</summary>
public enum CodePurpose
{
    /// <summary>Whatever the caller needs: callers of the gRPC service who name no purpose.</summary>
    General,

    /// <summary>A new account.</summary>
    Register,

    /// <summary>Signing in with a code instead of a password.</summary>
    SignIn,

    /// <summary>A forgotten password.</summary>
    ResetPassword,

    /// <summary>The new address of an account.</summary>
    ChangeEmail,

    /// <summary>A phone number of an account.</summary>
    ConfirmPhone,

    /// <summary>The end of an account.</summary>
    DeleteAccount,
}
