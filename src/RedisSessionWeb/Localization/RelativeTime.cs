using Microsoft.Extensions.Localization;

using RedisSessions.Stores;

using RedisSessionWeb.Proofs;

namespace RedisSessionWeb.Localization;

/// <summary>
/// Says how long ago something was, by Redis' clock, which needs neither the visitor's time zone nor a script. A page that
/// uses it carries <see cref="ByRedisTimeAttribute"/>.
/// </summary>
internal sealed class RelativeTime(IStringLocalizer<Text> text, RedisTime clock)
{
    public string Since(DateTimeOffset moment)
    {
        var passed = clock.Now - moment;
        return passed.TotalSeconds < 60 ? text["just now"] : text["{0} ago", Span(passed)];
    }

    public string Until(DateTimeOffset moment)
    {
        var left = moment - clock.Now;
        return left <= TimeSpan.Zero ? text["expired"] : text["in {0}", Rounded(left)];
    }

    /// <summary>What is left until a moment, in minutes rounded up, or in seconds towards the end.</summary>
    public string Left(DateTimeOffset moment)
    {
        var left = moment - clock.Now;
        return Span(left.TotalMinutes > 2 ? TimeSpan.FromMinutes(Math.Ceiling(left.TotalMinutes)) : left);
    }

    /// <summary>Seven days that began a moment ago are seven days, not six.</summary>
    private string Rounded(TimeSpan span) => Span(span switch
    {
        { TotalDays: >= 2 } => TimeSpan.FromDays(Math.Round(span.TotalDays)),
        { TotalHours: >= 2 } => TimeSpan.FromHours(Math.Round(span.TotalHours)),
        _ => span,
    });

    /// <summary>A length of time in its largest whole unit.</summary>
    public string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => text["{0} days", (int)span.TotalDays],
        { TotalHours: >= 2 } => text["{0} hours", (int)span.TotalHours],
        { TotalMinutes: >= 2 } => text["{0} minutes", (int)span.TotalMinutes],
        { TotalSeconds: >= 2 } => text["{0} seconds", (int)span.TotalSeconds],
        _ => text["1 second"],
    };
}
