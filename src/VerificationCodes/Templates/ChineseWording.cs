using VerificationCodes.Delivery;

namespace VerificationCodes.Templates;

/// <summary>Simplified Chinese.</summary>
internal sealed class ChineseWording : Wording
{
    public override string Language => "zh-CN";

    public override string Footer(string product) => $"此邮件由 {product} 自动发送，请勿回复。";

    public override Letterhead Code(CodePurpose purpose, CodeFacts facts) => new(
        $"{facts.Product} 验证码（编号 {facts.Reference}）",
        [$"您正在{Aim(purpose, facts.Product)}，验证码是："],
        facts.Code,
        [
            $"验证码还有 {facts.Minutes} 分钟有效，只能使用一次，且只能在发起请求的浏览器中使用。",
            $"编号：{facts.Reference}。请求验证码的页面上会显示相同的四个字符。",
            $"不是您本人操作？可能有人误填了您的地址。您无需做任何事：没有验证码，对方无法继续。请勿将验证码告诉任何人，{facts.Product} 不会向您索要验证码。",
        ]);

    public override string Sms(CodeFacts facts) =>
        $"【{facts.Product}】验证码 {facts.Code}，{facts.Minutes} 分钟内有效，编号 {facts.Reference}。请勿告诉他人。";

    public override Letterhead Notice(NoticeKind kind, string product, string detail) => kind switch
    {
        NoticeKind.AlreadyRegistered => new(
            $"您已经有 {product} 账号",
            [
                $"有人（可能是您本人）尝试用此地址注册 {product} 账号，但此地址已经注册过。",
                "如果是您本人，请直接登录；忘记密码时可以在登录页面重新设置。",
                "如果不是您本人，您无需做任何事。账号没有任何变动，对方也不会知道此账号存在。",
            ]),
        NoticeKind.AddressWanted => new(
            $"有人想把您的地址用于另一个 {product} 账号",
            [
                $"有人（可能是您本人）想把另一个 {product} 账号的邮箱改为此地址。此地址已有账号，因此没有任何变动。",
                "如果是您本人，请先更换使用此地址的账号的邮箱，或删除该账号。如果不是，您无需做任何事：对方不会知道此账号存在。",
            ]),
        NoticeKind.NoAccount => new(
            $"此地址没有 {product} 账号",
            [
                $"有人（可能是您本人）向 {product} 请求发送验证码到此地址，但没有账号使用此地址。",
                "如果是您本人，您可能是用其他地址注册的；请换一个地址再试，或注册新账号。",
                "如果不是您本人，您无需做任何事。",
            ]),
        NoticeKind.PasswordChanged => new(
            $"您的 {product} 密码已修改",
            [
                "您的账号密码已修改，其他会话均已退出登录。",
                "如果不是您本人操作，请立即在登录页面通过“忘记密码”设置新密码，并检查您的邮箱是否安全。",
            ]),
        NoticeKind.PasswordReset => new(
            $"您的 {product} 密码已重置",
            [
                "有人使用发送到此地址的验证码为您的账号设置了新密码，所有会话均已退出登录。",
                "如果不是您本人操作，说明有人能读取您的邮件：请先保护好邮箱，再通过“忘记密码”设置新密码。",
            ]),
        NoticeKind.EmailChanged => new(
            $"您的 {product} 账号已更换邮箱",
            [
                $"您的账号邮箱已更换{(detail.Length == 0 ? "" : $"为 {detail}")}。此地址不再属于该账号，今后的邮件将发送到新地址。",
                "如果不是您本人操作，说明有人登录了您的账号：请立即联系网站管理员。",
            ]),
        NoticeKind.PhoneChanged => new(
            $"您的 {product} 账号已确认手机号",
            [
                $"您的账号已确认手机号{(detail.Length == 0 ? "" : $" {detail}")}，可用发送到该号码的验证码登录。其他会话均已退出登录。",
                "如果不是您本人操作，请立即修改密码，并在账号页面移除该号码。",
            ]),
        NoticeKind.PhoneRemoved => new(
            $"您的 {product} 账号已移除手机号",
            [
                $"手机号{(detail.Length == 0 ? "" : $" {detail} ")}已不再属于您的账号，无法再用它接收验证码登录。其他会话均已退出登录。",
                "如果不是您本人操作，请立即修改密码，并检查账号页面。",
            ]),
        NoticeKind.AccountDeleted => new(
            $"您的 {product} 账号已删除",
            [
                "您的账号及其数据已删除，所有会话均已退出登录。这是发送给您的最后一封邮件。",
                "如果不是您本人操作，说明有人知道您的密码或能读取您的邮件：请保护好您的邮箱。",
            ]),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of notice."),
    };

    private static string Aim(CodePurpose purpose, string product) => purpose switch
    {
        CodePurpose.Register => $"注册 {product} 账号",
        CodePurpose.SignIn => $"登录 {product}",
        CodePurpose.ResetPassword => $"重新设置 {product} 密码",
        CodePurpose.ChangeEmail => $"将此地址设为 {product} 账号的邮箱",
        CodePurpose.ConfirmPhone => $"为 {product} 确认手机号",
        CodePurpose.DeleteAccount => $"永久删除 {product} 账号",
        _ => $"{product} 进行验证",
    };
}
