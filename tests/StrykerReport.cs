// Reads the report of Stryker: dotnet run StrykerReport.cs -- NAME GOAL REPORT. Prints the score and each survivor; exit
// code 1 where nothing was killed, or less than the goal of what a test reaches.
using System.Text.Json;

var (name, goal) = (args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
using var report = JsonDocument.Parse(File.ReadAllText(args[2]));
var mutants = report.RootElement.GetProperty("files").EnumerateObject()
    .SelectMany(file => file.Value.GetProperty("mutants").EnumerateArray().Select(mutant => (
        File: Path.GetFileName(file.Name),
        Line: mutant.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32(),
        Status: mutant.GetProperty("status").GetString()!,
        Kind: mutant.GetProperty("mutatorName").GetString()!,
        Text: mutant.TryGetProperty("replacement", out var text) ? text.GetString()! : "")))
    .ToList();
int Count(params string[] statuses) => mutants.Count(mutant => statuses.Contains(mutant.Status));

var (killed, survived) = (Count("Killed", "Timeout"), Count("Survived"));
foreach (var one in mutants.Where(mutant => mutant.Status is "Survived" or "NoCoverage").OrderBy(mutant => mutant.File).ThenBy(mutant => mutant.Line))
{
    Console.WriteLine($"    {(one.Status == "Survived" ? "lived" : "not reached")}  {one.File}:{one.Line}  {one.Kind}: {one.Text.ReplaceLineEndings(" ")[..Math.Min(100, one.Text.Length)]}");
}

var score = killed + survived == 0 ? 0 : 100.0 * killed / (killed + survived);
Console.WriteLine($"{name}: {killed} killed, {survived} lived, {Count("NoCoverage")} not reached: {score:F1} % of what a test reaches");
if (killed == 0)
{
    Console.WriteLine($"{name}: nothing was killed; the run is worth nothing.");
}

return killed > 0 && score >= goal ? 0 : 1;
