using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

using RedisSessionWeb.MailKit;

[assembly: HostingStartup(typeof(MailKitHostingStartup))]

namespace RedisSessionWeb.MailKit;

/// <summary>
/// Adds the transport to a web application that knows nothing of it:
/// <c>ASPNETCORE_HOSTINGSTARTUPASSEMBLIES=RedisSessionWeb.MailKit</c>, and
/// <c>DOTNET_STARTUP_HOOKS</c> with the path of this assembly, by which it and what it needs are found.
/// </summary>
public sealed class MailKitHostingStartup : IHostingStartup
{
    /// <inheritdoc/>
    public void Configure(IWebHostBuilder builder) =>
        builder.ConfigureServices((context, services) => services.AddMailKitTransport(context.Configuration));
}
