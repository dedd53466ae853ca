// Usage: PostgresHost start|connect FOLDER [USER]
// Writes "ready" with the address, or "refused" with the reason, as one line; stops when its standard input ends. The log is on stderr.
using Microsoft.Extensions.Logging;
using PyScriptHub.Infrastructure.Persistence.Embedded;

using var logging = LoggerFactory.Create(builder => builder
    .SetMinimumLevel(LogLevel.Debug)
    .AddSimpleConsole(console => console.SingleLine = true)
    .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
var logger = logging.CreateLogger("PostgresHost");
var options = new EmbeddedPostgresOptions { DataDirectory = args[1], LockTimeout = TimeSpan.FromSeconds(20) };
if (args.Length > 2) options = options with { User = args[2] };

try
{
    await using var postgres = args[0] is "start"
        ? await EmbeddedPostgres.StartAsync(options, logger, CancellationToken.None)
        : await EmbeddedPostgres.ConnectOrStartAsync(options, logger, CancellationToken.None);
    Console.WriteLine($"ready {(postgres.IsSupervisor ? "supervisor" : "guest")} {postgres.ConnectionString}");
    await Console.In.ReadToEndAsync();
    return 0;
}
catch (EmbeddedPostgresException e)
{
    Console.WriteLine($"refused {e.GetType().Name} {e.Message.ReplaceLineEndings(" ")}");
    return 1;
}
