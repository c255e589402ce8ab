using Microsoft.AspNetCore.Mvc.Filters;

using RedisSessions.Stores;

namespace RedisSessionWeb.Proofs;

/// <summary>A page that names times or looks at a proof: by Redis' clock, which is asked before the page runs.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ByRedisTimeAttribute : Attribute, IAsyncPageFilter
{
    public async Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) =>
        await context.HttpContext.RequestServices.GetRequiredService<RedisTime>().NowAsync();

    public Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next) => next();
}
