using System.Text;

namespace VerificationCodes.Templates;

/// <summary>Puts a letter into its two forms. No pictures, no links, nothing fetched from elsewhere.</summary>
internal static class MailLayout
{
    public static string Text(Letterhead letter, string footer)
    {
        var text = new StringBuilder();
        foreach (var paragraph in letter.Before)
        {
            text.Append(paragraph).Append("\r\n\r\n");
        }

        if (letter.Code is not null)
        {
            text.Append("    ").Append(letter.Code).Append("\r\n\r\n");
        }

        foreach (var paragraph in letter.After ?? [])
        {
            text.Append(paragraph).Append("\r\n\r\n");
        }
        // "-- " on a line of its own: readers show what follows as a signature.
        return text.Append("-- \r\n").Append(footer).Append("\r\n").ToString();
    }

    public static string Html(Letterhead letter, string footer, string language)
    {
        var html = new StringBuilder($"""
            <!doctype html>
            <html lang="{language}"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
            <title>{Encode(letter.Subject)}</title></head>
            <body style="margin:0;padding:24px;font:16px/1.6 system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif">
            <div style="max-width:520px;margin:0 auto">

            """);
        AppendParagraphs(html, letter.Before);
        if (letter.Code is not null)
        {
            html.Append("<p style=\"margin:24px 0;font:700 32px/1.2 ui-monospace,Consolas,monospace;letter-spacing:.2em\">")
                .Append(Encode(letter.Code)).Append("</p>\n");
        }

        AppendParagraphs(html, letter.After ?? []);
        return html.Append("<p style=\"margin:32px 0 0;font-size:13px;opacity:.7\">").Append(Encode(footer))
            .Append("</p>\n</div></body></html>\n").ToString();
    }

    private static void AppendParagraphs(StringBuilder html, string[] paragraphs)
    {
        foreach (var paragraph in paragraphs)
        {
            html.Append("<p style=\"margin:0 0 16px\">").Append(Encode(paragraph)).Append("</p>\n");
        }
    }

    // Only markup characters: Chinese stays readable in the source of the mail.
    private static string Encode(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
