using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;

namespace PyScriptHub.Bundled;

/// <summary>
/// Tries modules in one interpreter, on the main thread of a page that is isolated like every project's. Modules share the page, as they do
/// in a program; one that takes the interpreter with it gets the next a new page.
/// </summary>
/// <param name="lockedModules">Modules that come by packages of the release's lock, each with its package.</param>
internal sealed partial class ModuleTrial(IPlaywright playwright, Uri address, Interpreter interpreter, IReadOnlyDictionary<string, string> lockedModules)
    : IAsyncDisposable
{
    // What a message holds beyond it is of no use to readers.
    private const int LongestDetail = 240;

    private InterpreterPage? _page;

    /// <summary>The version of Python that the interpreter speaks.</summary>
    public async Task<string> DescribeAsync() => await (await PageAsync()).DescribeAsync();

    /// <summary>The modules that the interpreter says it has, private ones left out.</summary>
    public async Task<IReadOnlyList<string>> ListAsync() =>
        [.. (await (await PageAsync()).ListAsync()).Select(name => name.Replace('/', '.')).Where(IsPublic)];

    /// <summary>Imports a module, and uses it if there is a use for it.</summary>
    public async Task<BundledFinding> TryAsync(string module)
    {
        try
        {
            var page = await PageAsync();
            var import = Tidy(await page.ImportAsync(module));
            if (import.Length > 0 && lockedModules.TryGetValue(module.Split('.')[0], out var package)) return BundledFinding.InLock(package);
            if (IsMissing(import, module)) return BundledFinding.NotPartOf(Interpreters.NameOf(interpreter));
            List<(string? Side, string Raised)> uses = [];
            if (import.Length == 0)
            {
                foreach (var use in ModuleUse.Of(module, interpreter)) uses.Add((use.Side, Tidy(await page.UseAsync(use))));
            }
            return BundledFinding.Of(import, uses);
        }
        catch (InterpreterLostException lost)
        {
            await DisposeAsync();
            return BundledFinding.Of(Tidy(lost.Message), []);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_page is not null) await _page.DisposeAsync();
        _page = null;
    }

    private async Task<InterpreterPage> PageAsync() => _page ??= await InterpreterPage.OpenAsync(playwright, address);

    private static bool IsPublic(string name) => !name.Split('.').Any(part => part.StartsWith('_'));

    // The module itself or a package above it, and not another that it would need.
    private static bool IsMissing(string import, string module) =>
        MissingModule().Match(import) is { Success: true } missing
        && (module == missing.Groups["name"].Value || module.StartsWith($"{missing.Groups["name"].Value}.", StringComparison.Ordinal));

    // Without what differs from run to run.
    private static string Tidy(string raised)
    {
        var text = Passing().Replace(Advice().Replace(raised.ReplaceLineEndings(" "), ""), "…");
        return text.Length <= LongestDetail ? text : string.Concat(text.AsSpan(0, LongestDetail), "…");
    }

    [GeneratedRegex("^(?:ImportError|ModuleNotFoundError): (?:[Nn]o module named|The module) '(?<name>[^']+)'(?:;.*| is removed from.*)?$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex MissingModule();

    // Pyodide's pointer to its documentation.
    [GeneratedRegex(@" See https://pyodide\.org\S+ for more details\.", RegexOptions.None, 1_000)]
    private static partial Regex Advice();

    [GeneratedRegex(@"0x[0-9a-f]{3,}|/tmp/\w+|(?<=localhost:|127\.0\.0\.1:)\d+", RegexOptions.None, 1_000)]
    private static partial Regex Passing();
}
