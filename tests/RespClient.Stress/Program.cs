using RespClient.Stress;

// A run by hand: STRESS_SEED, STRESS_SECONDS or LONG_RUN=1, STRESS_PHASES. Prints the figures; 1 if anything failed.
var run = new StressRun(StressOptions.FromEnvironment(TimeSpan.FromSeconds(20)), Console.Error.WriteLine);
var report = await run.RunAsync();
Console.WriteLine(report);
return report.Failures.Count == 0 ? 0 : 1;
