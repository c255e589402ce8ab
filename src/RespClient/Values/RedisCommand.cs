namespace RespClient;

/// <summary>A command and its arguments, as they go to the server: no joining, no quoting, binary-safe.</summary>
public readonly struct RedisCommand
{
    private readonly RedisArgument[] _arguments;

    /// <summary>Creates a command.</summary>
    /// <param name="name">The command's first word, such as <c>GET</c> or <c>CLIENT</c>; a subcommand is an argument.</param>
    /// <param name="arguments">The arguments, copied. May be empty.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public RedisCommand(string name, params ReadOnlySpan<RedisArgument> arguments)
        : this(arguments.ToArray(), name) => ArgumentException.ThrowIfNullOrEmpty(name);

    private RedisCommand(RedisArgument[] arguments, string name)
    {
        Name = name;
        _arguments = arguments;
    }

    /// <summary>The command's first word.</summary>
    public string Name { get; }

    /// <summary>The arguments in order.</summary>
    public ReadOnlySpan<RedisArgument> Arguments => _arguments;

    /// <summary>How long to wait for the reply, from the call on; <see langword="null"/>: the client's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Whether it travels on a connection of its own: for a reply so large that others would wait behind it. Default: false,
    /// and true for commands that block.
    /// </summary>
    public bool OnOwnConnection { get; init; }

    /// <summary>What its reply begins with, an array of this number and of the rest; 0: it is any reply.</summary>
    internal long Tag { get; init; }

    /// <summary>A command that takes the array as it is: its maker must not change it any more.</summary>
    internal static RedisCommand Owning(string name, RedisArgument[] arguments) => new(arguments, name);
}
