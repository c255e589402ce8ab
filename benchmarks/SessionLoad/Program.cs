using Microsoft.AspNetCore.Server.Kestrel.Core;

using SessionLoad;

var options = LoadOptions.Parse(args);
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(options.Port, listen => listen.Protocols = HttpProtocols.Http1));
builder.Services.AddLoadSessions(options);

var app = builder.Build();
await RawGet.PrepareAsync(app.Services);
app.UseLoadSessions(options);
app.MapLoadEndpoints(options);
await app.RunAsync();
