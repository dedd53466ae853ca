// Usage: PostgresHost start|connect FOLDER [fast], or PostgresHost where
// Writes "ready" with the address, or "refused" with the reason, as one line; stops when its standard input ends. The log is on stderr.
// "test" makes a database for tests instead. "where" writes the data folder that is taken when none is named.
using Microsoft.Extensions.Logging;
using PyScriptHub.Infrastructure.Persistence.Embedded;
using PyScriptHub.Testing;

if (args[0] is "where")
{
    Console.WriteLine(DataDirectory.Default());
    return 0;
}

if (args[0] is "test")
{
    Console.WriteLine($"ready supervisor {await new TestPostgres().CreateDatabaseAsync()}");
    await Console.In.ReadToEndAsync();
    return 0;
}

using var logging = LoggerFactory.Create(builder => builder
    .SetMinimumLevel(LogLevel.Debug)
    .AddSimpleConsole(console => console.SingleLine = true)
    .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
var logger = logging.CreateLogger("PostgresHost");
var options = new EmbeddedPostgresOptions { DataDirectory = args[1], LockTimeout = TimeSpan.FromSeconds(20), SilenceTimeout = TimeSpan.FromSeconds(2) };
// What is written survives the end of any process without fsync, but not the end of the machine.
if (args.Contains("fast", StringComparer.Ordinal)) options = options with { IsDurable = false };

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
