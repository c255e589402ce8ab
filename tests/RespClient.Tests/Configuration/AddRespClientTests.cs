using System.Diagnostics;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using RespClient.Commands;
using RespClient.Configuration;
using RespClient.Connections;

using TestServers;

namespace RespClient.Tests.Configuration;

public sealed class AddRespClientTests
{
    [Fact]
    public async Task Both_services_are_one_client_that_connects_in_the_background()
    {
        await using var server = await RedisServer.StartAsync();
        await using var provider = new ServiceCollection().AddRespClient(server.ConnectionString).BuildServiceProvider();
        var client = provider.GetRequiredService<IRedisClient>();
        Assert.Same(provider.GetRequiredService<RedisClient>(), client);
        await client.PingAsync();
    }

    [Fact]
    public async Task A_server_that_is_away_neither_blocks_nor_fails_the_construction()
    {
        var port = RedisServer.FreePort();
        await using var provider = new ServiceCollection()
            .AddRespClient(o =>
            {
                o.ConnectionString = $"127.0.0.1:{port}";
                o.CommandTimeout = TimeSpan.FromMilliseconds(200);
            })
            .BuildServiceProvider();
        var started = Stopwatch.GetTimestamp();
        var client = provider.GetRequiredService<RedisClient>();
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<RedisConnectionException>(async () => await client.PingAsync());
        Assert.Equal(CommandOutcome.NotSent, error.Outcome);
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_out_of_range_are_named_with_value_and_range()
    {
        await using var provider = new ServiceCollection()
            .AddRespClient(o =>
            {
                o.ConnectTimeout = TimeSpan.Zero;
                o.Database = -1;
                o.ClientName = "two words";
                o.ReplyLimits = o.ReplyLimits with { MaxDepth = 0 };
            })
            .BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<RedisClient>());
        Assert.Contains(error.Failures, f => f == "ConnectTimeout is '00:00:00'; allowed: 00:00:00.0100000 to 00:10:00.");
        Assert.Contains(error.Failures, f => f.StartsWith("Database is '-1';", StringComparison.Ordinal));
        Assert.Contains(error.Failures, f => f.StartsWith("ClientName is 'two words';", StringComparison.Ordinal));
        Assert.Contains(error.Failures, f => f.StartsWith("MaxDepth is '0';", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ConnectionStrings:Redis", "ConnectionStrings:Redis=h:1,asyncTimeout=700", 700)]
    [InlineData("Redis", "Redis:ConnectionString=h:1,asyncTimeout=700", 700)]
    [InlineData("Redis", "Redis:ConnectionString=h:1,asyncTimeout=700;Redis:CommandTimeout=00:00:03", 3000)]
    public async Task A_section_is_a_connection_string_or_has_one_and_options_that_replace_what_it_says(string section, string settings, int milliseconds)
    {
        await using var provider = new ServiceCollection().AddRespClient(Section(section, settings)).BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<RedisClientOptions>>().Value;

        Assert.Equal("h:1,asyncTimeout=700", options.ConnectionString);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), options.CommandTimeout);
    }

    [Theory]
    [InlineData("ConnectionString has an option that is not known.", "Redis:ConnectionString=h,pass_word=secret")]
    [InlineData("Redis is not in the configuration; it is a connection string, or has the key ConnectionString.", "Other:ConnectionString=h")]
    public async Task A_section_that_is_wrong_or_missing_is_told_by_its_name_and_shows_no_value(string message, string settings)
    {
        await using var provider = new ServiceCollection().AddRespClient(Section("Redis", settings)).BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<RedisClient>());

        Assert.EndsWith(message, Assert.Single(error.Failures), StringComparison.Ordinal);
        Assert.StartsWith("Redis", error.Failures.Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_keyed_client_is_a_second_redis_beside_the_first_with_its_own_options()
    {
        await using var first = await RedisServer.StartAsync();
        await using var second = await RedisServer.StartAsync();
        await using var provider = new ServiceCollection()
            .AddRespClient(first.ConnectionString)
            .AddKeyedRespClient("second", second.ConnectionString)
            .AddKeyedRespClient("third", Section("Redis", "Redis:ConnectionString=" + second.ConnectionString + ",defaultDatabase=3"))
            .BuildServiceProvider();

        await provider.GetRequiredService<IRedisClient>().SetAsync("where", "first");
        await provider.GetRequiredKeyedService<IRedisClient>("second").SetAsync("where", "second");
        await provider.GetRequiredKeyedService<IRedisClient>("third").SetAsync("where", "third");

        Assert.Equal("first", await first.CliAsync("GET", "where"));
        Assert.Equal("second", await second.CliAsync("GET", "where"));
        Assert.Equal("third", await second.CliAsync("-n", "3", "GET", "where"));
        Assert.Same(provider.GetRequiredKeyedService<RedisClient>("second"), provider.GetRequiredKeyedService<IRedisClient>("second"));
    }

    [Fact]
    public void Options_are_taken_at_their_bounds_and_not_beyond()
    {
        var tick = TimeSpan.FromTicks(1);
        var (ten, hour, tenMinutes) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), TimeSpan.FromMinutes(10));
        (Action<RedisClientOptions> Good, Action<RedisClientOptions> Bad)[] bounds =
        [
            (o => o.ConnectTimeout = ten, o => o.ConnectTimeout = ten - tick),
            (o => o.ConnectTimeout = tenMinutes, o => o.ConnectTimeout = tenMinutes + tick),
            (o => o.CommandTimeout = ten, o => o.CommandTimeout = ten - tick),
            (o => o.CommandTimeout = hour, o => o.CommandTimeout = hour + tick),
            (o => o.CommandTimeout = Timeout.InfiniteTimeSpan, o => o.CommandTimeout = TimeSpan.Zero),
            (o => o.HeartbeatInterval = 10 * ten, o => o.HeartbeatInterval = (10 * ten) - tick),
            (o => o.HeartbeatInterval = hour, o => o.HeartbeatInterval = hour + tick),
            (o => o.MaxReconnectDelay = ten, o => o.MaxReconnectDelay = ten - tick),
            (o => o.MaxReconnectDelay = tenMinutes, o => o.MaxReconnectDelay = tenMinutes + tick),
            (o => o.MaxBacklogCommands = 1, o => o.MaxBacklogCommands = 0),
            (o => o.MaxBacklogBytes = 1024, o => o.MaxBacklogBytes = 1023),
            (o => o.Database = 0, o => o.Database = -1),
            (o => o.Protocol = 3, o => o.Protocol = 1),
            (o => o.ClientName = "!~", o => o.ClientName = "a b"),
            (o => (o.User, o.Password) = ("u", "p"), o => o.User = "u"),
        ];
        static bool IsGood(Action<RedisClientOptions> set)
        {
            var options = new RedisClientOptions();
            set(options);
            return new RedisClientOptionsValidator().Validate(null, options).Succeeded;
        }

        Assert.All(bounds, (bound, index) => Assert.True(IsGood(bound.Good), $"{index}"));
        Assert.All(bounds, (bound, index) => Assert.False(IsGood(bound.Bad), $"{index}"));
    }

    [Fact]
    public async Task A_client_that_insists_on_resp2_says_no_hello_and_its_backlog_is_bounded_in_bytes()
    {
        await using var server = TestServers.Scripted.ScriptedServer.Start(async connection =>
        {
            await (connection.Number == 1 ? connection.HoldAsync() : connection.StareAsync());
        });
        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, Protocol = 2, MaxBacklogBytes = 1024 });
        Assert.DoesNotContain(server.Received, command => command.Name == "HELLO");

        client.DropConnection("the test says so");
        await Eventually.TrueAsync(() => !client.IsConnected);
        var first = client.ExecuteAsync(new RedisCommand("SET", "k", new string('x', 700))).AsTask();
        var full = await Assert.ThrowsAsync<RedisConnectionException>(async () => await client.ExecuteAsync(new RedisCommand("SET", "k", new string('x', 700))));
        Assert.Contains("backlog is full", full.Message, StringComparison.Ordinal);
        await client.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => first);
    }

    [Fact]
    public void Every_tls_option_of_the_application_is_kept_where_the_target_host_is_filled_in()
    {
        var given = new SslClientAuthenticationOptions();
        foreach (var property in typeof(SslClientAuthenticationOptions).GetProperties().Where(property => property.Name != "TargetHost"))
        {
            property.SetValue(given, property.GetValue(given) switch
            {
                bool value => !value,
                SslProtocols => SslProtocols.Tls13,
                EncryptionPolicy => EncryptionPolicy.RequireEncryption,
                X509RevocationMode => X509RevocationMode.Offline,
                _ when property.PropertyType == typeof(List<SslApplicationProtocol>) => new List<SslApplicationProtocol>(),
                _ when property.PropertyType == typeof(X509ChainPolicy) => new X509ChainPolicy(),
                _ when property.PropertyType == typeof(X509CertificateCollection) => new X509CertificateCollection(),
                _ when property.PropertyType == typeof(LocalCertificateSelectionCallback) => (LocalCertificateSelectionCallback)((_, _, _, _, _) => null!),
                _ when property.PropertyType == typeof(RemoteCertificateValidationCallback) => (RemoteCertificateValidationCallback)((_, _, _, _) => false),
                var other => other,
            });
        }

        var filled = EndPointConnector.TlsOptions(new System.Net.DnsEndPoint("db.example.com", 1), given);

        Assert.Equal("db.example.com", filled.TargetHost);
        Assert.All(typeof(SslClientAuthenticationOptions).GetProperties().Where(property => property.Name != "TargetHost"), property =>
            Assert.True(Equals(property.GetValue(given), property.GetValue(filled)), property.Name));
    }

    [Fact]
    public async Task A_client_registered_before_is_kept()
    {
        var services = new ServiceCollection();
        var own = new StubClient();
        services.AddSingleton<IRedisClient>(own);
        services.AddRespClient(o => o.ConnectionString = "localhost");
        await using var provider = services.BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<IRedisClient>());
    }

    [Fact]
    public void A_provider_is_disposed_without_awaiting_too()
    {
        var provider = new ServiceCollection().AddRespClient(o => o.ConnectionString = $"127.0.0.1:{RedisServer.FreePort()}").BuildServiceProvider();
        var client = provider.GetRequiredService<RedisClient>();
        provider.Dispose();
        Assert.False(client.IsConnected);
    }

    private static IConfigurationSection Section(string path, string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split(';').Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
        .Build().GetSection(path);

    private sealed class StubClient : IRedisClient
    {
        public ValueTask<RespClient.Protocol.RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) => default;
    }
}
