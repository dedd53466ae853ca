using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Infrastructure.Bundling;

/// <summary>A module that was made of several files.</summary>
/// <param name="Exports">The names that it exports.</param>
/// <param name="IsCommonJs">Whether what it was made of is no module by itself, so that <c>default</c> is all that it exports.</param>
public sealed record Bundle(string Script, IReadOnlyList<string> Exports, bool IsCommonJs);

/// <summary>
/// Runs esbuild over packages of strangers: with no plugins, without the packages' configuration, without an environment, within bounds
/// of time, memory and length; and a module that took in anything from outside its folder is thrown away.
/// </summary>
public sealed partial class Esbuild : IDisposable
{
    /// <summary>The folder below which everything must lie that goes into a module.</summary>
    public const string Store = "store";

    private const long MostMemory = 2L * 1024 * 1024 * 1024;
    private const int LargestModule = 32 * 1024 * 1024;
    private const string Output = "out";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // Modules of Node alone; `node:fs` is `fs` by another name.
    private static readonly string[] s_nodeModules =
    [
        "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram", "diagnostics_channel", "dns",
        "domain", "events", "fs", "http", "http2", "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode",
        "querystring", "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls", "tty", "url", "util", "v8", "vm", "wasi",
        "worker_threads", "zlib",
    ];

    private static readonly string[] s_arguments =
    [
        "--bundle", "--format=esm", "--platform=browser", "--conditions=production", "--target=es2022", "--charset=utf8", "--minify",
        "--tsconfig-raw={}", "--define:process.env.NODE_ENV=\"production\"", "--define:process.env={}", "--define:process.browser=true",
        "--define:global=globalThis", "--legal-comments=inline", "--log-level=error", "--log-limit=1", "--color=false", "--metafile=meta.json",
        .. new[] { "png", "jpg", "jpeg", "gif", "svg", "webp", "woff", "woff2", "ttf", "eot" }.Select(type => $"--loader:.{type}=dataurl"),
        .. s_nodeModules.Select(module => $"--alias:node:{module}={module}"),
    ];

    private readonly string? _program = EsbuildProgram.Find();
    private readonly string? _bounder = EsbuildProgram.FindBounder();

    // One after the other: each takes all processors that it gets.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Whether the hub came with the bundler for this machine.</summary>
    public bool IsAvailable => _program is not null;

    /// <summary>
    /// Makes one module of what an entry imports. Errors: <c>bundler_missing</c>, <c>bundle_failed</c> with the bundler's first complaint,
    /// <c>bundle_outside</c> where a file lies outside <see cref="Store"/>, <see cref="Error.TooLarge"/>.
    /// </summary>
    /// <param name="folder">A folder of this call's own: <see cref="Store"/> holds the packages, <c>node_modules</c> links to those that the entry may name.</param>
    /// <param name="entry">What a script of the folder would import: <c>d3</c>, <c>./entry.js</c>.</param>
    /// <param name="isMinified">Whether names are shortened; without it, the names that CommonJS exports can be read.</param>
    public async Task<Result<Bundle>> BundleAsync(string folder, string entry, bool isMinified, CancellationToken ct)
    {
        if (_program is null) return new Error.Invalid("bundler_missing", "This hub came without the bundler for its machine, so that it makes no modules of packages.");
        AddNodeModules(folder);
        await _turn.WaitAsync(ct);
        try
        {
            return await RunAsync(folder, entry, isMinified, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Result<Bundle>> RunAsync(string folder, string entry, bool isMinified, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        using var process = Process.Start(StartOf(folder, entry, isMinified))!;
        try
        {
            process.StandardInput.Close();
            var said = process.StandardError.ReadToEndAsync(patience.Token);
            await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            if (process.ExitCode != 0) return Failed(Complaint(await said));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Failed($"It took longer than {(int)s_patience.TotalSeconds} s.");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        return await ReadAsync(folder, ct);
    }

    private ProcessStartInfo StartOf(string folder, string entry, bool isMinified)
    {
        var start = new ProcessStartInfo(_bounder ?? _program!)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (_bounder is not null)
        {
            start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--data={MostMemory}"));
            start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"--fsize={LargestModule}"));
            start.ArgumentList.Add("--");
            start.ArgumentList.Add(_program!);
        }
        // In this form a name that begins with a dash is no option.
        start.ArgumentList.Add($"module={entry}");
        foreach (var argument in s_arguments.Where(argument => isMinified || argument != "--minify")) start.ArgumentList.Add(argument);
        if (!isMinified) start.ArgumentList.Add("--minify-syntax");
        start.ArgumentList.Add($"--outdir={Output}");
        start.Environment.Clear();
        start.Environment["GOMEMLIMIT"] = "1GiB";
        return start;
    }

    private static async Task<Result<Bundle>> ReadAsync(string folder, CancellationToken ct)
    {
        using var meta = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "meta.json"), ct));
        var inputs = meta.RootElement.GetProperty("inputs");
        foreach (var input in inputs.EnumerateObject())
        {
            if (!IsInside(input.Name)) return new Error.Invalid("bundle_outside", "The package takes in a file from outside of it. Nothing was made of it.");
        }
        var output = meta.RootElement.GetProperty("outputs").EnumerateObject().FirstOrDefault(output => output.Name == $"{Output}/module.js").Value;
        if (output.ValueKind is not JsonValueKind.Object) return Failed("There is no script in it.");
        var file = new FileInfo(Path.Combine(folder, Output, "module.js"));
        if (file.Length > LargestModule) return new Error.TooLarge("The module", LargestModule, file.Length);
        var made = output.GetProperty("entryPoint").GetString()!;
        var isCommonJs = inputs.TryGetProperty(made, out var entry) && entry.TryGetProperty("format", out var format) && format.GetString() == "cjs";
        return new Bundle(await File.ReadAllTextAsync(file.FullName, ct), [.. output.GetProperty("exports").EnumerateArray().Select(name => name.GetString()!)], isCommonJs);
    }

    // What a package left out for browsers is `(disabled):…` and holds nothing; what esbuild puts in itself is `<runtime>`, `<define:…>`.
    private static bool IsInside(string input) =>
        input.StartsWith(Store + "/", StringComparison.Ordinal) || input.StartsWith("node_modules/", StringComparison.Ordinal)
        || input is "entry.js" || input.StartsWith("(disabled):", StringComparison.Ordinal) || input.StartsWith('<');

    // A module of Node that a package asks for, and that neither it nor its dependencies bring, is empty, as a browser's bundle has it.
    private static void AddNodeModules(string folder)
    {
        foreach (var module in s_nodeModules)
        {
            var place = Path.Combine(folder, "node_modules", module);
            if (Path.Exists(place)) continue;
            Directory.CreateDirectory(place);
            File.WriteAllText(Path.Combine(place, "index.js"), "");
            if (module is "fs" or "dns" or "stream" or "timers" or "readline") File.WriteAllText(Path.Combine(place, "promises.js"), "");
        }
    }

    // The place tells whose text the complaint quotes: what lies outside is nobody's to read.
    private static string Complaint(string said)
    {
        var complaint = ErrorLine().Match(said);
        var place = ErrorPlace().Match(said);
        if (!complaint.Success) return "The bundler broke off.";
        if (place.Success && !IsInside(place.Groups["path"].Value)) return "The package takes in a file from outside of it.";
        var text = complaint.Groups["text"].Value.Trim();
        return text.Length > 300 ? text[..300] + "…" : text;
    }

    private static Error.Invalid Failed(Sentence why) => new("bundle_failed", $"No module could be made of it. {why}");

    [GeneratedRegex(@"\[ERROR\] (?<text>.+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ErrorLine();

    [GeneratedRegex(@"^    (?<path>\S.*?):\d+:\d+:", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ErrorPlace();
}
