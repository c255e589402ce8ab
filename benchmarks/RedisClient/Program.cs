using RedisClient;

using StackExchange.Redis;

// --client RespClient|StackExchange.Redis --redis host:port --op get|set|evalsha|script --size 64 --callers 50 --seconds 3: one JSON line. With --on-demand true it says
// "ready" when it is warm and measures once for each line it is given, so that others can be measured in between.
var options = Options.Parse(args);
await using IAsyncDisposable client = options.Client switch
{
    "RespClient" => await RespClient.RedisClient.ConnectAsync(options.Redis),
    "StackExchange.Redis" => await ConnectionMultiplexer.ConnectAsync(options.Redis),
    _ => throw new ArgumentException($"--client {options.Client}: known are RespClient, StackExchange.Redis."),
};
IWorkload workload = client is RespClient.RedisClient ours ? new RespClientWorkload(ours, options) : new StackExchangeWorkload((IConnectionMultiplexer)client, options);
await workload.PrepareAsync();

// Until the just-in-time compiler has optimised what runs: its last tier takes a second or two.
await Measurement.RunAsync(workload, options.Callers, TimeSpan.FromSeconds(3));
if (!options.OnDemand)
{
    await MeasureAsync();
    return;
}

Console.WriteLine("ready");
while (Console.ReadLine() is not null)
{
    await MeasureAsync();
}

async Task MeasureAsync()
{
    var result = await Measurement.RunAsync(workload, options.Callers, TimeSpan.FromSeconds(options.Seconds));
    Console.WriteLine(FormattableString.Invariant(
        $$"""{"client":"{{options.Client}}","op":"{{options.Op}}","size":{{options.Size}},"callers":{{options.Callers}},"ops_per_s":{{result.OperationsPerSecond:F0}},"p50_us":{{result.P50:F1}},"p99_us":{{result.P99:F1}},"cpu_us_per_op":{{result.CpuPerOperation:F3}},"bytes_per_op":{{result.BytesPerOperation:F1}}}"""));
}
