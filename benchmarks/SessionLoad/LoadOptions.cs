namespace SessionLoad;

/// <summary>Which sessions the load app runs on.</summary>
internal enum Stack
{
    /// <summary>This project's sessions with the near cache.</summary>
    Ours,

    /// <summary>This project's sessions without the near cache.</summary>
    OursUncached,

    /// <summary>This project's sessions over StackExchange.Redis.</summary>
    OursOnSer,

    /// <summary>The framework's own sessions over Microsoft's Redis cache and StackExchange.Redis, as published.</summary>
    Stock,

    /// <summary>The framework's own sessions over this project's cache.</summary>
    StockOnOurs,
}

/// <summary>The command line: <c>--port 5090 --redis 127.0.0.1:6379 --stack ours|ours-uncached|ours-on-ser|stock|stock-on-ours</c>.</summary>
internal sealed record LoadOptions(int Port, string Redis, Stack Stack)
{
    public static LoadOptions Parse(string[] args)
    {
        var options = new LoadOptions(5090, "127.0.0.1:6379", Stack.Ours);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value.");
            options = args[i] switch
            {
                "--port" => options with { Port = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) },
                "--redis" => options with { Redis = value },
                "--stack" => options with { Stack = ParseStack(value) },
                _ => throw new ArgumentException($"{args[i]}: known are --port, --redis, --stack."),
            };
        }

        return options;
    }

    /// <summary>Whether the sessions are the framework's own.</summary>
    public bool IsStock => Stack is Stack.Stock or Stack.StockOnOurs;

    private static Stack ParseStack(string name) => name switch
    {
        "ours" => Stack.Ours,
        "ours-uncached" => Stack.OursUncached,
        "ours-on-ser" => Stack.OursOnSer,
        "stock" => Stack.Stock,
        "stock-on-ours" => Stack.StockOnOurs,
        _ => throw new ArgumentException($"--stack {name}: known are ours, ours-uncached, ours-on-ser, stock, stock-on-ours."),
    };
}
