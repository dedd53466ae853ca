using System.CommandLine;
using PyScriptHub.Infrastructure.Persistence.Embedded;
using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Commands;

/// <summary><c>runtime add</c>.</summary>
static class RuntimeCommands
{
    public static Command Runtime()
    {
        var release = new Argument<string>("release") { Description = "The calendar tag, for example 2026.1.1." };
        var registry = new Option<Uri>("--registry") { Description = "The npm registry to fetch from.", DefaultValueFactory = _ => RuntimeAdd.DefaultRegistry };
        var add = new Command("add", "Fetches another PyScript release from npm; the hub serves it from its next start on.") { release, registry };
        add.SetAction(async (parsed, ct) =>
        {
            var options = HubConfiguration.Read(HubProcess.CreateBuilder([]).Configuration, DataDirectory.Default());
            // The registry is the one host that is asked: a redirect would lead elsewhere.
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
            Console.WriteLine($"Fetching release {parsed.GetRequiredValue(release)} from {parsed.GetRequiredValue(registry)}");
            var added = await new RuntimeAdd(http, parsed.GetRequiredValue(registry), Path.Combine(options.DataDirectory, "runtime")).AddAsync(parsed.GetRequiredValue(release), ct);
            Console.WriteLine($"Added {added.Release}: core {added.Core}, Pyodide {added.Pyodide}, MicroPython {added.Micropython}. Start the hub again to serve it.");
            return 0;
        });
        return new Command("runtime", "Runtime releases.") { add };
    }
}
