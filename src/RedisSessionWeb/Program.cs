using Microsoft.Extensions.Options;

using RedisSessionWeb.Errors;
using RedisSessionWeb.Gate;
using RedisSessionWeb.Hosting;
using RedisSessionWeb.Hosting.Requests;
using RedisSessionWeb.Inspection;
using RedisSessionWeb.Localization;
using RedisSessionWeb.Roles;
using RedisSessionWeb.Sms;
using RedisSessionWeb.Visitors;

namespace RedisSessionWeb;

/// <summary>The application's table of contents: what it is made of, and the way of a request through it.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => RunAsync(args, Console.Out, Console.Error);

    /// <summary>The program, from its command line to its exit code.</summary>
    internal static Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors) => new Startup(output, errors).RunAsync(() => RoleOf(args) switch
    {
        null or "" or "web" => Build(args),
        VerifyRole.Name => VerifyRole.Build(args),
        MigrateAccountsCommand.Name => MigrateAccountsCommand.Build(args),
        MoveAccountsCommand.Name => MoveAccountsCommand.Build(args),
        var unknown => throw new OptionsValidationException("role", typeof(Program), [$"--role is '{unknown}'; allowed: {Allowed}."]),
    });

    /// <summary>Everything but the start, so that tests run the very same application.</summary>
    internal static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(Program).Assembly.GetName().Name,
            ContentRootPath = ContentRoot.Find(args),
        });
        builder.ConfigureWebServer();
        Startup.TellFailedStartsOnce(builder.Logging);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddProxies(builder.Configuration);
        builder.Services.AddLanguages();
        builder.Services.AddSafeForms();
        builder.Services.AddErrorResponses();
        builder.Services.AddStores(builder.Configuration);
        builder.Services.AddAdminPolicy();
        builder.Services.AddFlows();
        builder.Services.AddGate();
        builder.Services.AddRazorPages();
        builder.Services.AddHealthChecks().AddRedisSessions();

        var app = builder.Build();
        app.UseProxies();
        app.UseSecurityHeaders();
        app.UseHostCookies();
        app.UseRequestLocalization();
        app.UseErrorResponses();
        app.UseStaticFiles();
        app.UseNulFreeForms();
        app.UseRouting();
        app.UseGate();
        app.UseRedisSessions();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapRazorPages();
        app.MapGate();
        app.MapSms();
        app.MapCaptcha();
        app.MapChangePassword();
        app.MapHealth();
        return app;
    }

    private static string Allowed => string.Join(", ", "web", VerifyRole.Name, MigrateAccountsCommand.Name, MoveAccountsCommand.Name);

    private static string? RoleOf(string[] args) => new ConfigurationBuilder().AddCommandLine(args).Build()["role"];
}
