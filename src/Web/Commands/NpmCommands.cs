using System.CommandLine;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Runtime.Assets.Packing;
using PyScriptHub.Web.Serving.Libraries;

namespace PyScriptHub.Web.Commands;

/// <summary><c>npm add</c>.</summary>
static class NpmCommands
{
    public static Command Npm() => new("npm", "JavaScript libraries.") { Add() };

    private static Command Add()
    {
        var packages = new Argument<string[]>("package")
        {
            Description = "What to add: a name with a version, a range or a tag (d3@7, three@0.180.0, leaflet@latest), or an archive (.tgz).",
            Arity = ArgumentArity.OneOrMore,
        };
        var registry = Registry($"The npm registry to fetch from; without it Packages:NpmRegistry, else {RuntimeAdd.DefaultRegistry}.");
        var alone = new Option<bool>("--alone") { Description = "Leaves out the packages that it needs. Modules (esm.run, esm.sh, +esm) are made with them." };
        var add = new Command("add", "Keeps packages of npm, so that pages get them from this hub.") { packages, registry, alone };
        add.SetAction((parsed, ct) => HubVerbs.RunAsync(async services =>
        {
            var named = parsed.GetValue(registry) ?? services.GetRequiredService<HubOptions>().Packages.NpmRegistry ?? RuntimeAdd.DefaultRegistry;
            using var asked = new NpmRegistry(named);
            services.GetRequiredService<LibraryShelf>().Registry = asked;
            var stocking = services.GetRequiredService<NpmStocking>();
            var failed = 0;
            foreach (var package in parsed.GetRequiredValue(packages)) failed += Say(package, await stocking.AddAsync(package, !parsed.GetValue(alone), ct));
            return failed == 0 ? 0 : 1;
        }, ct));
        return add;
    }

    /// <summary>The option that names a registry.</summary>
    public static Option<Uri?> Registry(string description) => new("--registry")
    {
        Description = description,
        // System.CommandLine 3.0 makes no Uri of a text by itself.
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https") return address;
            result.AddError($"'{result.Tokens[0].Value}' is no address. Write one such as {RuntimeAdd.DefaultRegistry}.");
            return null;
        },
    };

    private static int Say(string package, Result<StockedPackage> added)
    {
        if (!added.IsOk)
        {
            Console.Error.WriteLine($"{package}: {added.Error.Message}");
            return 1;
        }
        Console.WriteLine($"{added.Value.Hold} is held{(added.Value.Needed.Count == 0 ? "" : $", and what it needs: {string.Join(", ", added.Value.Needed)}")}.");
        foreach (var missing in added.Value.Missing) Console.WriteLine($"Not to be had: {missing}");
        return 0;
    }
}
