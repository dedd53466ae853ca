using System.Diagnostics;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>A verb of the command line, run as the program that an administrator runs, on the database of a running hub.</summary>
public static class HubVerb
{
    public static async Task<(int Exit, string Output, string Error)> RunAsync(HubServer hub, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__Hub"] = hub.ConnectionString;
        foreach (var argument in arguments.Prepend(typeof(HubOptions).Assembly.Location)) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        return (process.ExitCode, await output, await error);
    }
}
