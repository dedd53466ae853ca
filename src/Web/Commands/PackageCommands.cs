using System.CommandLine;
using System.Globalization;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence.Embedded;
using PyScriptHub.Runtime.Assets.Packing;
using PyScriptHub.Web.Features.Packages;

namespace PyScriptHub.Web.Commands;

/// <summary><c>packages add</c> and <c>packages import</c>.</summary>
static class PackageCommands
{
    // A line for so many files: an archive has some hundreds.
    private const int LineEvery = 25;

    public static Command Packages() => new("packages", "Python packages.") { Add(), Import() };

    private static Command Add()
    {
        var files = new Argument<string[]>("wheel") { Description = "Wheels (.whl).", Arity = ArgumentArity.OneOrMore };
        var add = new Command("add", "Holds wheels, so that every project can use them; they stand before what a release of Pyodide brings.") { files };
        add.SetAction((parsed, ct) => HubVerbs.RunAsync(services => AddAsync(services, parsed.GetRequiredValue(files), ct), ct));
        return add;
    }

    private static Command Import()
    {
        var path = new Argument<string>("path")
        {
            Description = "The archive of a Pyodide release (pyodide-314.0.5.tar.bz2, also unpacked), or a folder or zip archive with records in the format of packages.pyscript.net.",
        };
        var pyodide = new Option<string?>("--pyodide") { Description = "The version of Pyodide whose archive it is, where its name does not say it." };
        var import = new Command("import", "Imports the packages of a Pyodide release, or what others know of packages.") { path, pyodide };
        import.SetAction((parsed, ct) => HubVerbs.RunAsync(services => ImportAsync(services, parsed.GetRequiredValue(path), parsed.GetValue(pyodide), ct), ct));
        return import;
    }

    private static async Task<int> AddAsync(IServiceProvider services, string[] files, CancellationToken ct)
    {
        var failed = 0;
        var pyodides = Pyodides();
        foreach (var file in files)
        {
            if (!File.Exists(file))
            {
                await Console.Error.WriteLineAsync($"{file}: There is no such file.");
                failed++;
                continue;
            }
            await using var content = File.OpenRead(file);
            var added = await AddPackageFile.FromAsync(content, Path.GetFileName(file), pyodides, services.GetRequiredService<HeldFiles>(), null, ct);
            if (added.IsOk) Console.WriteLine($"{Path.GetFileName(file)}: {(added.Value.IsNew ? "held" : "was held before")}, SHA-256 {added.Value.Sha256}");
            else await Console.Error.WriteLineAsync($"{file}: {added.Error.Message}");
            if (!added.IsOk) failed++;
        }
        return failed == 0 ? 0 : 1;
    }

    // By what is in it: an archive of Pyodide has a lock file, and records have none.
    private static async Task<int> ImportAsync(IServiceProvider services, string path, string? named, CancellationToken ct)
    {
        try
        {
            var archived = Path.Exists(path) ? await PyodideArchive.FindLockAsync(path, ct) : null;
            if (archived is not { } read) return await CommunityImport.RunAsync(services, path, ct);
            if (!read.IsOk) return Fail($"{path}: {read.Error.Message}");
            if ((named ?? PyodideArchive.VersionOf(read.Value, path, Pyodides().All.Select(release => (release.Version, release.Lock)))) is not { } version)
                return Fail($"{path}: Which version of Pyodide this is, cannot be told from it. Say it: --pyodide 314.0.5");
            return Say(await services.GetRequiredService<PyodideArchive>().ImportAsync(path, version, read.Value, Tell, ct));
        }
        catch (Exception e) when (e is InvalidDataException or ICSharpCode.SharpZipLib.SharpZipBaseException or EndOfStreamException)
        {
            return Fail($"{path}: It is no archive that can be read, or is damaged. What was held until here stays. {e.Message}");
        }
    }

    private static void Tell(int done, int all)
    {
        if (done % LineEvery == 0 || done == all) Console.WriteLine($"{done.ToString(CultureInfo.InvariantCulture)} of {all.ToString(CultureInfo.InvariantCulture)} files");
    }

    private static int Say(ArchiveImport import)
    {
        foreach (var (file, why) in import.LeftOut) Console.Error.WriteLine($"{file}: left out. {why}");
        Console.WriteLine($"Pyodide {import.Pyodide}: {import.Added} new, {import.Held} held before, {import.LeftOut.Count} left out, {import.Missing.Count} named by the lock and not in the archive.");
        return import.LeftOut.Count == 0 && import.Added + import.Held > 0 ? 0 : 1;
    }

    private static int Fail(string why)
    {
        Console.Error.WriteLine(why);
        return 1;
    }

    // A verb packs nothing: the locks are read where npm put them.
    private static HeldPyodides Pyodides()
    {
        var folder = Path.Combine(HubConfiguration.Read(HubProcess.CreateBuilder([]).Configuration, DataDirectory.Default()).DataDirectory, "runtime");
        return new HeldPyodides(Serving.Pyodides.LocksOf(RuntimeSources.Read(RuntimeSources.BundledFolder(), folder)));
    }
}
