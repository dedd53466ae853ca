using System.CommandLine;
using Microsoft.AspNetCore.Connections;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Web.Commands;

/// <summary>The verbs of the command line.</summary>
static class HubCommands
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Hosts, shares and runs PyScript projects.")
        {
            // Settings such as --urls or --Hub:PublicUrl are the configuration's to read.
            TreatUnmatchedTokensAsErrors = false,
        };
        var serve = new Command("serve", "Runs the hub (the default).") { TreatUnmatchedTokensAsErrors = false };
        root.SetAction((parsed, ct) => HubProcess.RunAsync([.. parsed.UnmatchedTokens], ct));
        serve.SetAction((parsed, ct) => HubProcess.RunAsync([.. parsed.UnmatchedTokens], ct));
        root.Add(serve);
        root.Add(UserCommands.User());
        root.Add(UserCommands.Token());
        root.Add(RuntimeCommands.Runtime());
        root.Add(NpmCommands.Npm());
        root.Add(PackageCommands.Packages());
        return root;
    }

    /// <summary>Runs a verb; what an administrator can mend is said in one line, without a stack.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            // @scope/package is a name of npm, not a file with more arguments.
            return await Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e) when (e is HubConfigurationException or EmbeddedPostgresException or SchemaTooNewException or Runtime.Assets.Catalog.RuntimeAssetsException)
        {
            await Console.Error.WriteLineAsync($"The hub cannot start. {e.Message}");
            return 1;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"The hub cannot start. {e.Message} End the program that listens there, or choose another port by Hub:PublicUrl.");
            return 1;
        }
    }
}
