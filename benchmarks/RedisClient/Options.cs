using System.Globalization;

namespace RedisClient;

/// <summary>The command line.</summary>
internal sealed record Options(string Client, string Redis, string Op, int Size, int Callers, double Seconds, bool OnDemand)
{
    public static Options Parse(string[] args)
    {
        var options = new Options("RespClient", "127.0.0.1:6379", "get", 64, 50, 3, false);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value.");
            options = args[i] switch
            {
                "--client" => options with { Client = value },
                "--redis" => options with { Redis = value },
                "--op" => options with { Op = value },
                "--size" => options with { Size = int.Parse(value, CultureInfo.InvariantCulture) },
                "--callers" => options with { Callers = int.Parse(value, CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) },
                "--on-demand" => options with { OnDemand = bool.Parse(value) },
                _ => throw new ArgumentException($"{args[i]}: known are --client, --redis, --op, --size, --callers, --seconds, --on-demand."),
            };
        }

        return options;
    }
}
