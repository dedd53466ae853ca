using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A module of Python's standard library or of the interpreter's own, as it was found in a browser.</summary>
/// <param name="Name">What is imported, <c>xml.etree.ElementTree</c>.</param>
/// <param name="Release">The runtime release that it was tried in.</param>
/// <param name="InterpreterVersion">The interpreter's version in that release.</param>
/// <param name="Browser">What it was tried in, <c>Chromium 150</c>.</param>
/// <param name="Detail">What was tried, or what was raised.</param>
public sealed record BundledModule(
    string Name, Interpreter Interpreter, string Release, string InterpreterVersion, string Browser, PackageStatus Outcome, DateTimeOffset At, string? Detail)
{
    /// <summary>The fact that the package of this name gets.</summary>
    public PackageEvidence ToEvidence() =>
        new(EvidenceKind.Bundled, $"{Interpreters.NameOf(Interpreter)} {InterpreterVersion} in {Browser}", Interpreter, Release, Version: null, Outcome, At, Detail);
}

/// <summary>The modules that come with the interpreters of the releases that the hub ships.</summary>
public static class BundledModules
{
    /// <summary>Reads what was found when this hub was made; a release that was added later has none.</summary>
    public static IReadOnlyList<BundledModule> Read()
    {
        var file = BundledFile.Shipped();
        var at = new DateTimeOffset(file.Date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        return
        [
            .. from run in file.Runs
               from module in run.Modules
               let finding = BundledFinding.Parse(module.Value)
               select new BundledModule(module.Key, run.Interpreter, run.Release, run.Version, file.Browser, finding.Outcome, at, finding.Detail),
        ];
    }
}
