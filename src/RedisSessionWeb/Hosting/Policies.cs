using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace RedisSessionWeb.Hosting;

/// <summary>Who may do what beyond being signed in.</summary>
internal static class Policies
{
    /// <summary>May see and end everybody's sessions: the addresses in <c>Inspector:Admins</c>.</summary>
    public const string Inspector = "Inspector";

    public static IServiceCollection AddPolicies(this IServiceCollection services)
    {
        services.AddOptions<InspectorOptions>().BindConfiguration(InspectorOptions.Section);
        services.AddSingleton<IAuthorizationHandler, AdminHandler>();
        services.AddAuthorizationBuilder().AddPolicy(Inspector, policy => policy
            .RequireAuthenticatedUser().AddRequirements(new AdminRequirement()));
        return services;
    }

    private sealed class AdminRequirement : IAuthorizationRequirement;

    /// <summary>Reads the configuration at every check: an address taken off the list is out with its next request.</summary>
    private sealed class AdminHandler(IOptionsMonitor<InspectorOptions> options) : AuthorizationHandler<AdminRequirement>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AdminRequirement requirement)
        {
            var email = context.User.FindFirst(System.Security.Claims.ClaimTypes.Email)?.Value;
            if (email is not null && options.CurrentValue.Admits(email))
                context.Succeed(requirement);
            return Task.CompletedTask;
        }
    }
}
