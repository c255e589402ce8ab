namespace RedisSessionWeb.Roles;

/// <summary>A role that does one thing and ends, instead of serving.</summary>
internal interface ICommand
{
    /// <summary>Does it, and says what was done.</summary>
    /// <returns>The exit code: 0, all is done; 1, something is left for a person.</returns>
    Task<int> RunAsync(TextWriter output);
}
