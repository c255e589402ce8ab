using RedisSessionWeb.Hosting.Clients;
using RedisSessionWeb.Roles;

namespace RedisSessionWeb.Hosting;

/// <summary>
/// <c>--role verify</c>: the same program as a verification service alone. It issues and checks codes and sends the mail for
/// web applications whose <c>Verification:Remote</c> names it, and has no pages.
/// </summary>
internal static class VerifyRole
{
    public const string Name = "verify";

    /// <summary>Everything but the start.</summary>
    public static IHost Build(string[] args)
    {
        var builder = RoleHost.CreateBuilder(args);
        Startup.TellFailedStartsOnce(builder.Logging);
        // This role always serves, even if the configuration of the web application says otherwise.
        builder.Configuration.AddInMemoryCollection([new("Verification:Grpc:Enabled", "true"), new("Verification:Remote", null)]);
        builder.Services.AddRedis(builder.Configuration);
        builder.Services.AddVerificationCodes(builder.Configuration).AddVerificationMail(builder.Configuration).AddVerificationGrpc(builder.Configuration);
        return builder.Build();
    }
}
