using System.CommandLine;
using PyScriptHub.Infrastructure.Persistence.Embedded;
using PyScriptHub.Runtime.Assets.Packing;
using PyScriptHub.Web.Features.Runtime;

namespace PyScriptHub.Web.Commands;

/// <summary><c>runtime add</c>, <c>runtime candidate</c> and <c>runtime default</c>.</summary>
static class RuntimeCommands
{
    public static Command Runtime() => new("runtime", "Runtime releases.") { Add(), Candidate(), Default() };

    private static Command Add()
    {
        var release = new Argument<string>("release") { Description = "The calendar tag, for example 2026.1.1." };
        var registry = NpmCommands.Registry($"The npm registry to fetch from; without it {RuntimeAdd.DefaultRegistry}.");
        var add = new Command("add", "Fetches another PyScript release from npm; the hub serves it from its next start on.") { release, registry };
        add.SetAction(async (parsed, ct) =>
        {
            var asked = parsed.GetValue(registry) ?? RuntimeAdd.DefaultRegistry;
            // The registry is the one host that is asked: a redirect would lead elsewhere.
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
            Console.WriteLine($"Fetching release {parsed.GetRequiredValue(release)} from {asked}");
            var added = await new RuntimeAdd(http, asked, RuntimeFolder()).AddAsync(parsed.GetRequiredValue(release), ct);
            Console.WriteLine($"Added {added.Release}: core {added.Core}, Pyodide {added.Pyodide}, MicroPython {added.Micropython}. Start the hub again to serve it.");
            Console.WriteLine($"Pages that name no release go on with the default. To see what {added.Release} would change as the default, make it the candidate after that start:");
            Console.WriteLine($"  runtime candidate {added.Release}   (or on the hub at /admin/releases)");
            return 0;
        });
        return add;
    }

    private static Command Candidate()
    {
        var release = new Argument<string>("release") { Description = "A release that the hub serves." };
        var withdraw = new Option<bool>("--withdraw") { Description = "Takes the candidate back." };
        var candidate = new Command("candidate", "Has the publications run on a release that it would change as the default; /admin/releases shows what comes of it.") { release, withdraw };
        candidate.SetAction((parsed, ct) => HubVerbs.RunAsync(async services =>
        {
            var name = parsed.GetRequiredValue(release);
            var candidates = services.GetRequiredService<Candidates>();
            if (parsed.GetValue(withdraw)) return Say(await candidates.WithdrawAsync(name, ct), $"{name} is no longer the candidate.");
            var sources = Sources();
            if (!sources.Releases.Contains(name, StringComparer.Ordinal)) return Lacks(sources, name);
            var standard = await services.GetRequiredService<HubSettings>().DefaultReleaseAsync(ct) ?? sources.DefaultRelease;
            return Say(await candidates.StartAsync(name, standard, ct), $"{name} is the candidate. What it would change is listed on the hub at /admin/releases.");
        }, ct));
        return candidate;
    }

    private static Command Default()
    {
        var release = new Argument<string>("release") { Description = "The candidate." };
        var keep = new Option<bool>("--keep-breaking") { Description = "Pins the projects that would break to the release that they have now." };
        var standard = new Command("default", "Makes the candidate the release of pages that name none.") { release, keep };
        standard.SetAction((parsed, ct) => HubVerbs.RunAsync(async services =>
        {
            var name = parsed.GetRequiredValue(release);
            var report = await services.GetRequiredService<CanaryReports>().ReadAsync(ct);
            var breaking = report?.Of(Domain.SmokeRuns.CanaryChange.Breaks).Select(project => project.Id).ToList() ?? [];
            var isKept = parsed.GetValue(keep);
            return Say(
                await services.GetRequiredService<Candidates>().SwitchAsync(name, isKept ? breaking : [], ct),
                $"{name} is the default now. {breaking.Count} projects would break{(isKept ? " and are kept on what they have" : "")}.");
        }, ct));
        return standard;
    }

    private static int Say(Domain.Outcomes.Error? error, string done)
    {
        if (error is null) Console.WriteLine(done);
        else Console.Error.WriteLine(error.Message);
        return error is null ? 0 : 1;
    }

    private static int Lacks(RuntimeSources sources, string name)
    {
        Console.Error.WriteLine($"This hub does not hold '{name}'. It holds: {string.Join(", ", sources.Releases)}. More are added by: runtime add");
        return 1;
    }

    private static RuntimeSources Sources() => RuntimeSources.Read(RuntimeSources.BundledFolder(), RuntimeFolder());

    private static string RuntimeFolder() =>
        Path.Combine(HubConfiguration.Read(HubProcess.CreateBuilder([]).Configuration, DataDirectory.Default()).DataDirectory, "runtime");
}
