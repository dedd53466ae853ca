using System.CommandLine;

namespace PyScriptHub.Web.Commands;

/// <summary><c>packages import</c>.</summary>
static class PackageCommands
{
    public static Command Packages() => new("packages", "Python packages.") { Import() };

    private static Command Import()
    {
        var path = new Argument<string>("path") { Description = "A folder or a zip archive with records in the format of packages.pyscript.net." };
        var import = new Command("import", "Imports what others know of packages.") { path };
        import.SetAction((parsed, ct) => HubVerbs.RunAsync(services => CommunityImport.RunAsync(services, parsed.GetRequiredValue(path), ct), ct));
        return import;
    }
}
