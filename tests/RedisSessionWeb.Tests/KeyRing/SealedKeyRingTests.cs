using System.Security.Cryptography;
using System.Xml.Linq;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessionWeb.KeyRing;
using RedisSessionWeb.Tests.Host;

using VerificationCodes;

namespace RedisSessionWeb.Tests.KeyRing;

/// <summary>Somebody who can write to Redis and has no server key puts keys of their own into the ring.</summary>
public sealed class SealedKeyRingTests
{
    private static readonly XNamespace Encryption = "http://schemas.asp.net/2015/03/dataProtection";
    private static readonly string Server = "server:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string Other = "server:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public static TheoryData<string, Func<XElement, XElement, XElement>> Planted => new()
    {
        { "in the clear", (_, clear) => clear },
        { "with a decryptor that decrypts nothing", (_, clear) => Replace(clear, secret => Sealed(typeof(NullXmlDecryptor).AssemblyQualifiedName!, new XElement("unencryptedKey", secret))) },
        { "with a decryptor whose name begins with ours", (own, _) => Edit(own, key => SecretOf(key).SetAttributeValue("decryptorType", typeof(KeyRingDecryptor).FullName + ", RedisSessionWebs")) },
        { "with no decryptor", (own, _) => Edit(own, key => SecretOf(key).Attribute("decryptorType")!.Remove()) },
        { "with a sealed secret behind one in the clear", (own, clear) => Edit(own, key => SecretOf(key).AddBeforeSelf(clear.Descendants("masterKey").Single())) },
        { "with a sealed secret before one in the clear", (own, clear) => Edit(own, key => SecretOf(key).AddAfterSelf(clear.Descendants("masterKey").Single())) },
        { "with a sealed secret and a second descriptor in the clear", (own, clear) => Edit(own, key => key.Element("descriptor")!.AddBeforeSelf(clear.Element("descriptor"))) },
        { "with another descriptor's type", (own, _) => Edit(own, key => key.Element("descriptor")!.SetAttributeValue("deserializerType", "Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel.ManagedAuthenticatedEncryptorDescriptorDeserializer, Microsoft.AspNetCore.DataProtection")) },
        { "with a secret that was changed", (own, _) => Edit(own, key => Flip(SecretOf(key).Element("sealedKey")!)) },
        { "with a secret that is cut short", (own, _) => Edit(own, key => SecretOf(key).Element("sealedKey")!.Value = "AAAA") },
        { "with a secret that is no base64", (own, _) => Edit(own, key => SecretOf(key).Element("sealedKey")!.Value = "?") },
        { "with the name of a server key that there is not", (own, _) => Edit(own, key => SecretOf(key).Element("sealedKey")!.SetAttributeValue("key", "none")) },
    };

    [Theory]
    [MemberData(nameof(Planted), DisableDiscoveryEnumeration = true)]
    public void A_key_that_somebody_else_put_into_the_ring_does_not_count(string how, Func<XElement, XElement, XElement> plant)
    {
        var ring = new Ring();
        using var app = Start(ring, Server);
        var seal = Protect(app);
        var planted = plant(ring.Elements.Single(), NewKeyInTheClear());
        planted.SetAttributeValue("id", Guid.NewGuid());
        planted.SetElementValue("activationDate", TimeProvider.System.GetUtcNow().AddSeconds(-1));
        ring.Elements.Add(planted);

        using var after = Start(ring, Server);

        Assert.True(ring.Elements.Count == 2, how);
        Assert.Single(after.GetRequiredService<IKeyManager>().GetAllKeys());
        Assert.Equal("text", Protector(after).Unprotect(seal));
        Protect(after);
        Assert.Equal(2, ring.Elements.Count);
    }

    [Fact]
    public void What_is_protected_with_a_planted_key_is_refused_and_one_line_warns_of_it()
    {
        var ring = new Ring();
        using var attacker = Start(ring);
        var forged = Protect(attacker);
        var log = new LogCollector();
        using var app = Start(ring, log, Server);

        Assert.Throws<CryptographicException>(() => Protector(app).Unprotect(forged));
        Assert.Equal("text", Protector(app).Unprotect(Protect(app)));
        app.GetRequiredService<IKeyManager>().GetAllKeys();
        Assert.Single(log.Lines, line => line.Contains("do not count", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_sealed_with_another_secret_of_the_same_name_does_not_count()
    {
        var ring = new Ring();
        using var attacker = Start(ring, Other);
        Protect(attacker);

        using var app = Start(ring, Server);

        Assert.Empty(app.GetRequiredService<IKeyManager>().GetAllKeys());
    }

    [Fact]
    public void A_revocation_counts_whoever_wrote_it()
    {
        var ring = new Ring();
        using var app = Start(ring, Server);
        var seal = Protect(app);
        app.GetRequiredService<IKeyManager>().RevokeAllKeys(TimeProvider.System.GetUtcNow());

        using var after = Start(ring, Server);

        Assert.Throws<CryptographicException>(() => Protector(after).Unprotect(seal));
    }

    [Fact]
    public void A_key_that_another_version_of_the_program_has_sealed_counts()
    {
        var ring = new Ring();
        using var app = Start(ring, Server);
        var seal = Protect(app);
        var secret = SecretOf(ring.Elements.Single());
        secret.SetAttributeValue("decryptorType", typeof(KeyRingDecryptor).FullName + ", RedisSessionWeb, Version=0.9.0.0, Culture=neutral, PublicKeyToken=null");

        using var after = Start(ring, Server);

        Assert.Equal("text", Protector(after).Unprotect(seal));
    }

    /// <summary>
    /// A sealed key that was changed at random, from a seed: elements of one in the clear put in, elements doubled, moved and
    /// renamed, attributes taken from elsewhere. It does not count, or encrypts with the secret that was sealed, or cannot be used.
    /// </summary>
    [Fact]
    public void However_a_sealed_key_is_changed_no_other_secret_than_the_sealed_one_is_used()
    {
        var random = new Random(20261129);
        var ring = new Ring();
        using var app = Start(ring, Server);
        Protect(app);
        var own = ring.Elements.Single();
        var sealedWith = app.GetRequiredService<IKeyManager>().GetAllKeys().Single().CreateEncryptor()!;
        var clear = NewKeyInTheClear();
        var counted = 0;
        for (var round = 0; round < 400; round++)
        {
            var changed = new XElement(own);
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                Change(changed, clear, random);
            }

            var changedRing = new Ring { Elements = { changed } };
            using var after = Start(changedRing, Server);

            foreach (var key in after.GetRequiredService<IKeyManager>().GetAllKeys())
            {
                counted++;
                var box = TryEncrypt(key);
                if (box is not null)
                {
                    Assert.Equal("text"u8.ToArray(), sealedWith.Decrypt(box, new ArraySegment<byte>([])));
                }
            }
        }

        Assert.InRange(counted, 20, 380);
    }

    private static byte[]? TryEncrypt(IKey key)
    {
        try
        {
            return key.CreateEncryptor()?.Encrypt("text"u8.ToArray(), new ArraySegment<byte>([]));
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            return null;
        }
    }

    private static void Change(XElement key, XElement clear, Random random)
    {
        XElement Any(XElement tree) => tree.Descendants().ElementAt(random.Next(tree.Descendants().Count()));
        var (place, part) = (Any(key), new XElement(Any(random.Next(2) == 0 ? clear : key)));
        switch (random.Next(5))
        {
            case 0: place.AddBeforeSelf(part); break;
            case 1: place.AddAfterSelf(part); break;
            case 2: place.Add(part); break;
            case 3: place.Name = part.Name; break;
            default: place.ReplaceAttributes(part.Attributes().Concat(random.Next(2) == 0 ? place.Attributes() : []).DistinctBy(attribute => attribute.Name)); break;
        }
    }

    private static XElement NewKeyInTheClear()
    {
        var ring = new Ring();
        using var attacker = Start(ring);
        Protect(attacker);
        return ring.Elements.Single();
    }

    private static XElement Edit(XElement key, Action<XElement> edit)
    {
        var copy = new XElement(key);
        edit(copy);
        return copy;
    }

    private static XElement Replace(XElement key, Func<XElement, XElement> replace) => Edit(key, copy =>
    {
        var secret = copy.Descendants("masterKey").Single();
        secret.ReplaceWith(replace(secret));
    });

    private static XElement Sealed(string decryptor, XElement content) =>
        new(Encryption + "encryptedSecret", new XAttribute("decryptorType", decryptor), content);

    private static XElement SecretOf(XElement key) => key.Descendants(Encryption + "encryptedSecret").Single();

    private static void Flip(XElement box)
    {
        var bytes = Convert.FromBase64String(box.Value);
        bytes[^1] ^= 1;
        box.Value = Convert.ToBase64String(bytes);
    }

    private static ServiceProvider Start(Ring ring, params string[] keys) => Start(ring, null, keys);

    private static ServiceProvider Start(Ring ring, LogCollector? log, params string[] keys)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.ClearProviders());
        if (log is not null)
        {
            services.AddSingleton<ILoggerProvider>(log);
        }

        var verification = new VerificationOptions();
        foreach (var key in keys)
        {
            verification.Keys.Add(key);
        }

        services.AddSingleton(Options.Create(verification));
        services.AddKeyRing();
        services.AddOptions<KeyManagementOptions>().PostConfigure<KeyRingSecrets, ILogger<SealedKeyRing>>((options, secrets, logger) =>
            options.XmlRepository = secrets.Any ? new SealedKeyRing(ring, secrets, logger) : ring);
        services.AddSingleton<RespClient.IRedisClient, NoClient>();
        return services.BuildServiceProvider();
    }

    private static string Protect(ServiceProvider app) => Protector(app).Protect("text");

    private static IDataProtector Protector(ServiceProvider app) => app.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private sealed class Ring : IDeletableXmlRepository
    {
        public List<XElement> Elements { get; } = [];

        // Written as text and read anew: nobody changes an element that another holds.
        public IReadOnlyCollection<XElement> GetAllElements() => [.. Elements.Select(element => XElement.Parse(element.ToString(SaveOptions.DisableFormatting)))];

        public void StoreElement(XElement element, string friendlyName) => Elements.Add(new XElement(element));

        public bool DeleteElements(Action<IReadOnlyCollection<IDeletableElement>> chooseElements) => false;
    }

    private sealed class NoClient : RespClient.IRedisClient
    {
        public ValueTask<RespClient.Protocol.RespValue> ExecuteAsync(RespClient.RedisCommand command, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nothing is sent.");
    }
}
