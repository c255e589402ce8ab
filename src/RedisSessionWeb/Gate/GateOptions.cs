namespace RedisSessionWeb.Gate;

/// <summary>The configuration section <c>Gate</c>.</summary>
internal sealed class GateOptions
{
    public const string Section = "Gate";

    /// <summary>Whether the JSON routes for clients that are no browsers are served. Default <see langword="false"/>.</summary>
    public bool Enabled { get; set; }
}
