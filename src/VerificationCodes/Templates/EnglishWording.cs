using VerificationCodes.Delivery;

namespace VerificationCodes.Templates;

/// <summary>English.</summary>
internal sealed class EnglishWording : Wording
{
    public override string Language => "en";

    public override string Footer(string product) => $"{product} sent this mail automatically; replies are not read.";

    public override Letterhead Code(CodePurpose purpose, CodeFacts facts) => new(
        $"Your {facts.Product} code (reference {facts.Reference})",
        [$"Your code to {Aim(purpose, facts.Product)}:"],
        facts.Code,
        [
            $"It works once, in the browser that asked for it, for {(facts.Minutes == 1 ? "1 more minute" : $"{facts.Minutes} more minutes")}.",
            $"Reference: {facts.Reference}. The page that asked for the code shows the same four characters.",
            $"If it was not you, someone typed your address, perhaps by mistake. You need not do anything: without this code they get no further. Never tell it to anyone; {facts.Product} will not ask you for it.",
        ]);

    public override string Sms(CodeFacts facts) =>
        $"{facts.Product}: your code is {facts.Code}, valid for {facts.Minutes} min, reference {facts.Reference}. Never tell it to anyone.";

    public override Letterhead Notice(NoticeKind kind, string product, string detail) => kind switch
    {
        NoticeKind.AlreadyRegistered => new(
            $"You already have a {product} account",
            [
                $"Someone, perhaps you, tried to create a {product} account with this address. This address already has one.",
                "If it was you, sign in instead; if you have forgotten the password, the sign-in page lets you set a new one.",
                "If it was not you, you need not do anything. Nothing was changed, and nobody was told that the account exists.",
            ]),
        NoticeKind.AddressWanted => new(
            $"Someone wanted to use your address for another {product} account",
            [
                $"Someone, perhaps you, tried to move another {product} account to this address. It already has an account, so nothing was changed.",
                "If it was you, change the address of the account that has this one first, or delete it. If not, you need not do anything: nobody was told that the account exists.",
            ]),
        NoticeKind.NoAccount => new(
            $"No {product} account has this address",
            [
                $"Someone, perhaps you, asked {product} for a code for this address. No account has it.",
                "If it was you, you may have registered with another address; try that one, or create an account.",
                "If it was not you, you need not do anything.",
            ]),
        NoticeKind.PasswordChanged => new(
            $"Your {product} password was changed",
            [
                "The password of your account was changed. All other sessions were signed out.",
                "If it was not you, set a new password now with \"Forgot password\" on the sign-in page, and check who can read your mail.",
            ]),
        NoticeKind.PasswordReset => new(
            $"Your {product} password was reset",
            [
                "A new password was set for your account with a code sent to this address. All sessions were signed out.",
                "If it was not you, someone can read your mail: secure your mailbox first, then set a new password with \"Forgot password\".",
            ]),
        NoticeKind.EmailChanged => new(
            $"Your {product} account has a new e-mail address",
            [
                $"The address of your account was changed{(detail.Length == 0 ? "" : $" to {detail}")}. This address no longer belongs to it, and messages go to the new one.",
                "If it was not you, someone was signed in as you: write to the people who run this site at once.",
            ]),
        NoticeKind.PhoneChanged => new(
            $"A phone number was confirmed for your {product} account",
            [
                $"The number {(detail.Length == 0 ? "" : $"{detail} ")}was confirmed for your account: a code sent there signs in. All other sessions were signed out.",
                "If it was not you, change your password now and remove the number on the account page.",
            ]),
        NoticeKind.PhoneRemoved => new(
            $"The phone number of your {product} account was removed",
            [
                $"The number {(detail.Length == 0 ? "" : $"{detail} ")}no longer belongs to your account: no code signs in with it. All other sessions were signed out.",
                "If it was not you, change your password now and look at the account page.",
            ]),
        NoticeKind.AccountDeleted => new(
            $"Your {product} account was deleted",
            [
                "Your account and its data were deleted, and all sessions were signed out. This is the last mail to you.",
                "If it was not you, someone knew your password or can read your mail: secure your mailbox.",
            ]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of notice."),
    };

    private static string Aim(CodePurpose purpose, string product) => purpose switch
    {
        CodePurpose.Register => $"create your {product} account",
        CodePurpose.SignIn => $"sign in to {product}",
        CodePurpose.ResetPassword => $"set a new {product} password",
        CodePurpose.ChangeEmail => $"use this address for your {product} account",
        CodePurpose.ConfirmPhone => $"confirm your number for {product}",
        CodePurpose.DeleteAccount => $"delete your {product} account for good",
        _ => $"continue at {product}",
    };
}
