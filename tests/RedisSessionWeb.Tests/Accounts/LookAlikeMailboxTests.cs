using System.Text;
using System.Text.Json;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisSessionWeb.Inspection;
using RedisSessionWeb.Tests.Host;

using TestServers;

using VerificationCodes.Addresses;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>A mailbox whose letters look or fold like those of another's opens nothing of the other's.</summary>
public sealed class LookAlikeMailboxTests(LookAlikeMailboxTests.Fixture fixture) : IClassFixture<LookAlikeMailboxTests.Fixture>
{
    private const string Password = "correct horse battery";
    private const string Other = "another horse battery";

    private static int _tests;

    // Of each test its own mailboxes: they differ in what stands behind the letters.
    private readonly int _test = Interlocked.Increment(ref _tests);

    public static TheoryData<string, string> Pairs => new()
    {
        { "νικοσ", "νικος" },
        { "νικος", "νικοσ" },
        { "вася", "\u1C80ася" },
        { "\u1C80ася", "вася" },
        { "aιb", "a\u0345b" },
        { "a\u0345b", "aιb" },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_reset_for_a_look_alike_mailbox_opens_nothing(string owner, string stranger)
    {
        var name = await RegisterAsync(owner);
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/reset");

        await visit.SubmitAsync(("Email", Address(stranger)));

        Assert.Equal("/reset/code", visit.Path);
        await AssertNoCodeAsync(visit, Address(stranger));
        await AssertStillAsync(owner, name);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_code_for_a_look_alike_mailbox_signs_nobody_in(string owner, string stranger)
    {
        var name = await RegisterAsync(owner);
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin/code");

        await visit.SubmitAsync(("Email", Address(stranger)));

        Assert.Equal("/signin/code/confirm", visit.Path);
        await AssertNoCodeAsync(visit, Address(stranger));
        await AssertStillAsync(owner, name);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_right_code_of_a_look_alike_mailbox_resets_nothing_over_the_gate(string owner, string stranger)
    {
        var name = await RegisterAsync(owner);
        using var http = fixture.App.CreateClient();
        Assert.Equal(0, await PostAsync(http, "/get_varifycode", new { email = Address(stranger) }));
        var code = "";
        using var visit = new Visit(fixture.App);
        await Eventually.TrueAsync(async () =>
            (code = System.Text.RegularExpressions.Regex.Match(await visit.ReadMailAsync(Address(stranger)) ?? "", @"\b\d{6}\b").Value).Length > 0);

        Assert.Equal(1007, await PostAsync(http, "/reset_pwd", new { user = name, email = Address(stranger), passwd = Other, varifycode = code }));

        await AssertStillAsync(owner, name);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Two_people_with_look_alike_mailboxes_have_an_account_each(string one, string other)
    {
        var first = await RegisterAsync(one);
        var second = await RegisterAsync(other, "second");

        foreach (var (mailbox, name) in new[] { (one, first), (other, second) })
        {
            await fixture.ForgetCoolDownsAsync();
            using var visit = new Visit(fixture.App);
            await visit.OpenAsync("/signin/code");
            await visit.SubmitAsync(("Email", Address(mailbox)));
            await visit.SubmitAsync(("Code", await visit.ReadCodeAsync(Address(mailbox))));
            Assert.Equal("/account", visit.Path);
            Assert.Contains(name, visit.Main, StringComparison.Ordinal);
            Assert.Contains(Address(mailbox), visit.Main, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("νικος", "νικοσ")]
    [InlineData("\u1C80ася", "вася")]
    [InlineData("a\u0345b", "aιb")]
    public async Task An_account_kept_under_a_look_alikes_form_is_still_its_owners_and_only_theirs(string owner, string form)
    {
        var name = await RegisterAsync(owner);
        var id = await fixture.Redis.CliAsync("GET", "ACCOUNT:{all}:email:" + Address(owner));
        await fixture.Redis.CliAsync("HSET", "ACCOUNT:{all}:id:" + id, "email_key", Address(form));
        await fixture.Redis.CliAsync("RENAME", "ACCOUNT:{all}:email:" + Address(owner), "ACCOUNT:{all}:email:" + Address(form));
        await fixture.ForgetCoolDownsAsync();
        using var stranger = new Visit(fixture.App);
        await stranger.OpenAsync("/reset");

        await stranger.SubmitAsync(("Email", Address(form)));

        await AssertNoCodeAsync(stranger, Address(form));
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/reset");
        await visit.SubmitAsync(("Email", Address(owner)));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync(Address(owner))));
        await visit.SubmitAsync(("Password", Password));
        Assert.Equal("/signin?done=reset", visit.Path);
        await AssertStillAsync(owner, name);
        Assert.Equal(id, await fixture.Redis.CliAsync("GET", "ACCOUNT:{all}:email:" + Address(owner)));
    }

    [Fact]
    public void An_admin_is_exactly_the_mailbox_that_is_named_in_whatever_spelling()
    {
        var options = new InspectorOptions();
        options.Admins.Add(" ＡＮＮ@Bücher.example ");
        options.Admins.Add("νικοσ@example.com");

        Assert.True(options.Admits("ann@xn--bcher-kva.example"));
        Assert.True(options.Admits("νικοσ@example.com"));
        Assert.False(options.Admits("νικος@example.com"));
        Assert.False(options.Admits("ann@example.com"));
        Assert.False(options.Admits(""));
    }

    [Fact]
    public void Codes_and_accounts_have_one_form_of_an_address_with_any_letter()
    {
        var normalizer = fixture.App.Services.GetRequiredService<ILookupNormalizer>();
        var parsed = 0;
        for (var code = 0; code <= 0x10FFFF; code++)
        {
            if (!Rune.IsValid(code))
            {
                continue;
            }

            foreach (var address in (string[])[$"a{new Rune(code)}b@example.com", $"ann@a{new Rune(code)}b.example"])
            {
                if (!EmailAddress.TryParse(address, out var mailbox))
                {
                    continue;
                }

                parsed++;
                Assert.Equal(mailbox.Value, normalizer.NormalizeEmail(address));
            }
        }

        Assert.True(parsed > 200_000, $"{parsed} addresses");
    }

    private string Address(string mailbox) => $"{mailbox}{_test}@example.com";

    /// <returns>The name of the account.</returns>
    private async Task<string> RegisterAsync(string mailbox, string kind = "owner")
    {
        await fixture.ForgetCoolDownsAsync();
        var name = $"{kind} {_test}";
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync(Address(mailbox), name, Password);
        await fixture.ForgetCoolDownsAsync();
        return name;
    }

    /// <summary>The mailbox learns that it has no account, and gets no code that would be right.</summary>
    private static async Task AssertNoCodeAsync(Visit visit, string address)
    {
        var mail = "";
        await Eventually.TrueAsync(async () => (mail = await visit.ReadMailAsync(address) ?? "").Length > 0);
        Assert.Contains("No account has it", mail, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\b\d{6}\b", mail);
    }

    /// <summary>The account has its address and its password.</summary>
    private async Task AssertStillAsync(string mailbox, string name)
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", Address(mailbox)), ("Password", Password));
        Assert.Equal("/account", visit.Path);
        Assert.Contains(name, visit.Main, StringComparison.Ordinal);
        Assert.Contains(Address(mailbox), visit.Main, StringComparison.Ordinal);
    }

    private static async Task<int> PostAsync(HttpClient http, string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(path, content);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return answer.RootElement.GetProperty("error").GetInt32();
    }

    /// <summary>One application with the gate open beside the pages.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public RedisServer Redis { get; private set; } = null!;

        internal RunningApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Redis = await RedisServer.StartAsync();
            App = await RunningApp.StartAsync(Redis.ConnectionString, [.. AppFixture.Settings, "Gate:Enabled=true"]);
        }

        internal Task ForgetCoolDownsAsync() => AppFixture.ForgetCoolDownsAsync(Redis);

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await Redis.DisposeAsync();
        }
    }
}
