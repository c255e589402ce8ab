using System.Security.Authentication;

using RespClient.Commands;

using TestServers;

namespace RespClient.Tests.Connections;

public sealed class TlsTests(TlsServerFixture fixture) : IClassFixture<TlsServerFixture>
{
    [Fact]
    public async Task An_encrypted_connection_carries_values_of_every_size()
    {
        await using var client = await RedisClient.ConnectAsync(fixture.Options(fixture.Port));
        foreach (var size in (int[])[0, 1, 16_384, 1 << 20])
        {
            var value = new byte[size];
            new Random(size).NextBytes(value);
            await client.SetAsync("tls", value);
            Assert.Equal(value, await client.GetAsync("tls"));
        }
    }

    [Fact]
    public async Task An_encrypted_connection_that_was_lost_is_opened_again()
    {
        await using var client = await RedisClient.ConnectAsync(fixture.Options(fixture.Port));
        await fixture.Server.CliAsync("CLIENT", "KILL", "TYPE", "NORMAL");
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await client.PingAsync();
                return true;
            }
            catch (RedisConnectionException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused()
    {
        var options = fixture.Options(fixture.Port);
        options.Tls = null;
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisClient.ConnectAsync(options));
        Assert.Equal(CommandOutcome.NotSent, error.Outcome);
        Assert.IsType<AuthenticationException>(error.InnerException);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused()
    {
        var options = fixture.Options(fixture.Port);
        options.Tls!.TargetHost = "redis.example.com";
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisClient.ConnectAsync(options));
        Assert.IsType<AuthenticationException>(error.InnerException);
    }
}
