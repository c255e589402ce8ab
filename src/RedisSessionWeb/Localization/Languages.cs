using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.WebEncoders;

using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Localization;

/// <summary>The languages of the site and how a visitor's is found: the choice kept in a cookie, else Accept-Language.</summary>
internal static class Languages
{
    /// <summary>What the switch in the footer offers, under the names people know them by.</summary>
    public static readonly IReadOnlyList<Language> Offered = [new("en", "English"), new("zh-CN", "简体中文")];

    /// <summary>The offered language that a request is answered in.</summary>
    public static Language Current =>
        CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "zh" ? Offered[1] : Offered[0];

    public static IServiceCollection AddLanguages(this IServiceCollection services)
    {
        services.AddLocalization();
        // By default every Chinese character becomes a numeric entity, which makes pages three times as long.
        services.Configure<WebEncoderOptions>(options => options.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.AddOptions<RequestLocalizationOptions>().Configure<CookieNames>((options, names) =>
        {
            // "zh" catches every other Chinese of Accept-Language through its parents (zh-TW -> zh-Hant -> zh).
            options.SetDefaultCulture("en").AddSupportedCultures("en", "zh-CN", "zh").AddSupportedUICultures("en", "zh-CN", "zh");
            options.ApplyCurrentCultureToResponseHeaders = true;
            options.RequestCultureProviders = [
                new CookieRequestCultureProvider { CookieName = names.Language },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
        return services;
    }

    /// <summary>Keeps a visitor's choice for a year; an unknown language changes nothing.</summary>
    public static void Choose(HttpContext context, string? name)
    {
        if (Offered.FirstOrDefault(l => l.Name == name) is not { } language)
        {
            return;
        }

        context.Response.Cookies.Append(
            context.RequestServices.GetRequiredService<CookieNames>().Language,
            CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language.Name)),
            new CookieOptions
            {
                MaxAge = TimeSpan.FromDays(365),
                HttpOnly = true,
                IsEssential = true,
                SameSite = SameSiteMode.Lax,
                Secure = context.Request.IsHttps,
            });
    }

    /// <param name="Name">The culture's name, as in <c>lang</c>.</param>
    /// <param name="OwnName">What its speakers call it.</param>
    internal sealed record Language(string Name, string OwnName);
}
