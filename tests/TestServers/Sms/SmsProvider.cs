using System.Collections.Concurrent;
using System.Net;
using System.Text;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace TestServers.Sms;

/// <summary>A provider of text messages on loopback: takes the form that Twilio's REST API takes, behind basic authentication.</summary>
public sealed class SmsProvider : IAsyncDisposable
{
    /// <summary>Whom it lets in.</summary>
    public const string User = "AC0123";
    /// <summary>Their password.</summary>
    public const string Password = "not secret";

    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Dictionary<string, string>> _messages = new();

    private SmsProvider(WebApplication server) => _server = server;

    /// <summary>Where it takes messages.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>What it has taken, each as the fields of its form.</summary>
    public IReadOnlyList<Dictionary<string, string>> Messages => [.. _messages];

    /// <summary>What it answers to the nth request, from 0.</summary>
    public Func<int, HttpStatusCode> Answer { get; set; } = _ => HttpStatusCode.Created;

    /// <summary>How many requests it has had.</summary>
    public int Requests { get; private set; }

    /// <summary>Starts it on a free port.</summary>
    public static async Task<SmsProvider> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var provider = new SmsProvider(builder.Build());
        provider._server.Run(provider.HandleAsync);
        await provider._server.StartAsync();
        var address = provider._server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        provider.Endpoint = new Uri($"{address}/2010-04-01/Accounts/{User}/Messages.json");
        return provider;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        var status = context.Request.Headers.Authorization == expected ? Answer(Requests++) : HttpStatusCode.Unauthorized;
        if (status == HttpStatusCode.Created)
        {
            _messages.Enqueue((await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString()));
        }

        context.Response.StatusCode = (int)status;
    }
}
