using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

using TestServers;

namespace RedisSessionWeb.Tests.Host;

/// <summary>A person with a browser that has cookies and no JavaScript: opens pages, fills in forms, follows redirects.</summary>
internal sealed partial class Visit : IDisposable
{
    private readonly HttpClient _http;

    public Visit(RunningApp app, string language = "en")
        : this(app.Address, language)
    {
    }

    public Visit(Uri address, string language = "en")
        : this(address, new CookieContainer(), language)
    {
    }

    /// <summary>A further window of a browser, with its cookies.</summary>
    public Visit(Uri address, CookieContainer cookies, string language = "en")
    {
        Cookies = cookies;
        var handler = new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false };
        // Tests that speak TLS make a certificate of their own.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        _http = new HttpClient(handler) { BaseAddress = address };
        _http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        _http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    }

    public CookieContainer Cookies { get; }

    /// <summary>Every cookie that was set on the way, as the header had it.</summary>
    public List<string> SetCookies { get; } = [];

    /// <summary>The page that is shown.</summary>
    public IHtmlDocument Page { get; private set; } = null!;

    public HttpResponseMessage Response { get; private set; } = null!;

    /// <summary>How long the last request took until its answer was there, before any redirect was followed.</summary>
    public TimeSpan AnswerTime { get; private set; }

    /// <summary>Path and query of the page that is shown, after redirects.</summary>
    public string Path => Response.RequestMessage!.RequestUri!.PathAndQuery;

    public string Heading => Page.QuerySelector("h1")?.TextContent.Trim() ?? "";

    public string Main => Page.QuerySelector("main")?.TextContent ?? "";

    /// <summary>The error beside an input; empty where there is none.</summary>
    public string ErrorOf(string input) => Page.GetElementById(input + "-error")?.TextContent ?? "";

    public Task OpenAsync(string path) => ShowAsync(() => _http.GetAsync(path));

    /// <summary>Asks for a page as a program does.</summary>
    public async Task<HttpResponseMessage> AskForJsonAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("application/json");
        return await _http.SendAsync(request);
    }

    /// <summary>Sends the first form of the page's main part that has all these inputs, with its hidden ones.</summary>
    public Task SubmitAsync(params (string Name, string Value)[] inputs) => SubmitAsync("main form", inputs);

    /// <summary>Sends a form; a button is an input too.</summary>
    public Task SubmitAsync(string selector, params (string Name, string Value)[] inputs)
    {
        var form = Page.QuerySelectorAll<IHtmlFormElement>(selector)
            .First(candidate => inputs.All(input => candidate.QuerySelector($"[name='{input.Name}']") is not null));
        var fields = form.QuerySelectorAll<IHtmlInputElement>("input[name]").ToDictionary(input => input.Name!, input => input.Value);
        foreach (var (name, value) in inputs)
        {
            fields[name] = value;
        }

        if (form.QuerySelector("[data-captcha]") is { } captcha)
        {
            fields["Captcha.Work"] = Work(fields["Captcha.Id"], int.Parse(captcha.GetAttribute("data-bits")!, CultureInfo.InvariantCulture));
        }

        var action = form.GetAttribute("action") is { Length: > 0 } given ? given : Path;
        return ShowAsync(() => _http.PostAsync(action, new FormUrlEncodedContent(fields)));
    }

    /// <summary>Goes all the way to an account that is signed in.</summary>
    public async Task RegisterAsync(string email, string name, string password)
    {
        await OpenAsync("/register");
        await SubmitAsync(("Email", email));
        await SubmitAsync(("Code", await ReadCodeAsync(email)));
        await SubmitAsync(("Name", name), ("Password", password));
        Assert.StartsWith("/account", Path, StringComparison.Ordinal);
    }

    /// <summary>Waits for the mail with the reference that the page shows, and reads its code.</summary>
    public async Task<string> ReadCodeAsync(string email)
    {
        var reference = Page.QuerySelector("[data-reference]")!.GetAttribute("data-reference")!;
        var code = "";
        await Eventually.TrueAsync(async () =>
        {
            code = await ReadMailAsync(email, reference) is { } mail ? Digits().Match(mail).Value : "";
            return code.Length > 0;
        });
        return code;
    }

    /// <summary>Waits for the text message with the reference that the page shows, and reads its code.</summary>
    public async Task<string> ReadTextMessageAsync(string number)
    {
        var reference = Page.QuerySelector("[data-reference]")!.GetAttribute("data-reference")!;
        var code = "";
        await Eventually.TrueAsync(async () =>
        {
            code = await ReadMailAsync(number) is { } text && text.Contains(reference, StringComparison.Ordinal) ? Digits().Match(text).Value : "";
            return code.Length > 0;
        });
        return code;
    }

    /// <summary>The plain text of the newest mail to an address whose subject has a word, or null.</summary>
    public async Task<string?> ReadMailAsync(string email, string subject = "")
    {
        var list = await ParseAsync(await _http.GetAsync("/dev/mailbox?to=" + Uri.EscapeDataString(email)));
        if (list.QuerySelectorAll(".rows a").FirstOrDefault(a => a.TextContent.Contains(subject, StringComparison.Ordinal)) is not { } newest)
        {
            return null;
        }

        var mail = await ParseAsync(await _http.GetAsync(newest.GetAttribute("href")));
        return mail.QuerySelector("pre")!.TextContent;
    }

    public void Dispose() => _http.Dispose();

    private async Task ShowAsync(Func<Task<HttpResponseMessage>> send)
    {
        var started = Stopwatch.GetTimestamp();
        Response = await send();
        AnswerTime = Stopwatch.GetElapsedTime(started);
        KeepCookies();
        while (Response.Headers.Location is { } next)
        {
            Response = await _http.GetAsync(next);
            KeepCookies();
        }

        Page = await ParseAsync(Response);
    }

    private void KeepCookies()
    {
        if (Response.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            SetCookies.AddRange(cookies);
        }
    }

    private static async Task<IHtmlDocument> ParseAsync(HttpResponseMessage response) =>
        await new HtmlParser().ParseDocumentAsync(await response.Content.ReadAsStringAsync());

    /// <summary>What the page's script computes: a number that gives a hash with so many leading zero bits.</summary>
    private static string Work(string captcha, int bits)
    {
        for (var number = 0; ; number++)
        {
            var hash = SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{captcha}:{number}")));
            if (BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt32BigEndian(hash)) >= bits)
            {
                return number.ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex Digits();
}
