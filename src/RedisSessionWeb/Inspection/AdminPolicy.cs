using System.Security.Claims;

using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace RedisSessionWeb.Inspection;

/// <summary>Who may see and end all sessions.</summary>
internal static class AdminPolicy
{
    public const string Name = "Admin";

    public static IServiceCollection AddAdminPolicy(this IServiceCollection services)
    {
        services.AddOptions<InspectorOptions>().BindConfiguration(InspectorOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<InspectorOptions>, InspectorOptionsValidator>();
        services.AddSingleton<IAuthorizationHandler, Handler>();
        services.AddAuthorizationBuilder().AddPolicy(Name, policy => policy.RequireAuthenticatedUser().AddRequirements(new Requirement()));
        return services;
    }

    private sealed class Requirement : IAuthorizationRequirement;

    /// <summary>Reads the configuration at every check: an address taken off the list is out with its next request.</summary>
    private sealed class Handler(IOptionsMonitor<InspectorOptions> options) : AuthorizationHandler<Requirement>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
        {
            if (context.User.FindFirstValue(ClaimTypes.Email) is { } email && options.CurrentValue.Admits(email))
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }
}
