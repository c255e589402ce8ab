using VerificationCodes.Delivery;

namespace VerificationCodes.Templates;

/// <summary>A message in words: a subject and paragraphs, of which one may be a code to be shown large.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Before">The paragraphs above the code, or all of them.</param>
/// <param name="Code">The code, or null.</param>
/// <param name="After">The paragraphs below the code.</param>
internal sealed record Letterhead(string Subject, string[] Before, string? Code = null, string[]? After = null);

/// <summary>What a code message says beside the words.</summary>
/// <param name="Product">The sender's name.</param>
/// <param name="Code">The six digits.</param>
/// <param name="Minutes">The whole minutes that are left, at least one.</param>
/// <param name="Reference">The four characters that the page shows too.</param>
internal sealed record CodeFacts(string Product, string Code, int Minutes, string Reference);

/// <summary>All that is said in one language. A new language is one more of these, named in <see cref="For"/>.</summary>
internal abstract class Wording
{
    private static readonly Wording English = new EnglishWording();
    private static readonly Wording Chinese = new ChineseWording();

    /// <summary>The language's name, for the HTML document and the mail's header.</summary>
    public abstract string Language { get; }

    /// <summary>The last line of every mail.</summary>
    public abstract string Footer(string product);

    /// <summary>A mail with a code.</summary>
    public abstract Letterhead Code(CodePurpose purpose, CodeFacts facts);

    /// <summary>A text message with a code: one part where it can (70 characters of Chinese, 160 of English).</summary>
    public abstract string Sms(CodeFacts facts);

    /// <summary>A mail that tells what happened.</summary>
    public abstract Letterhead Notice(NoticeKind kind, string product, string detail);

    /// <summary>The wording for a language tag: Chinese of any kind is zh-CN, all else en.</summary>
    public static Wording For(string language) =>
        language.Equals("zh", StringComparison.OrdinalIgnoreCase) || language.StartsWith("zh-", StringComparison.OrdinalIgnoreCase)
            ? Chinese
            : English;
}
