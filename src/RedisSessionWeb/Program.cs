using RedisSessionWeb.Hosting;
using RedisSessionWeb.Localization;

namespace RedisSessionWeb;

/// <summary>The application's table of contents: what it is made of, and the way of a request through it.</summary>
internal static class Program
{
    public static async Task Main(string[] args)
    {
        await using var app = Build(args);
        await app.RunAsync();
    }

    /// <summary>Everything but the start, so that tests run the very same application.</summary>
    internal static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = ContentRoot.Find(args),
        });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var services = builder.Services;

        services.AddSingleton(TimeProvider.System);
        services.AddLanguages();
        services.AddScoped<RelativeTime>();
        services.AddProblemDetails();
        services.AddAuthentication();
        services.AddPolicies();
        services.AddRazorPages();
        services.AddHealthChecks();

        var app = builder.Build();
        app.UseSecurityHeaders();
        app.UseRequestLocalization();
        app.UseErrorResponses();
        app.UseStaticFiles();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapRazorPages();
        app.MapHealthChecks("/healthz/live");
        return app;
    }
}
