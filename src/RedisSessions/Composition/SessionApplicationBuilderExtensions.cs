using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Endpoints;
using RedisSessions.Request;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts sessions into the pipeline, and takes single endpoints out of it.</summary>
public static class SessionApplicationBuilderExtensions
{
    /// <summary>
    /// Loads the session before, and commits it after, everything that follows. Belongs behind <c>UseRouting</c>,
    /// exception handling and response compression, and before <c>UseAuthentication</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException"><c>AddRedisSessions()</c> was not called.</exception>
    public static IApplicationBuilder UseRedisSessions(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<IServiceProviderIsService>()?.IsService(typeof(SessionOpener)) is false)
        {
            throw new InvalidOperationException("UseRedisSessions() needs services.AddRedisSessions().");
        }

        return app.UseMiddleware<SessionMiddleware>();
    }

    /// <summary>The endpoint has no session: nothing is loaded, and touching <c>HttpContext.Session</c> throws.</summary>
    public static TBuilder WithoutSession<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new WithoutSessionAttribute());

    /// <summary>The endpoint runs with an empty session while Redis does not answer, instead of a 503.</summary>
    public static TBuilder WithOptionalSession<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new OptionalSessionAttribute());
}
