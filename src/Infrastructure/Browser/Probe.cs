using System.Security.Cryptography;
using System.Text.Json;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>The scripts that look at a page from within, for one run: they find each other by a name that no page can guess.</summary>
sealed class Probe
{
    private static readonly string s_page = Read("probe.js");
    private static readonly string s_worker = Read("probe.worker.js");
    private static readonly string s_modules = Read("probe.modules.js");
    private static readonly string s_purse = Read("probe.purse.js");

    public Probe(string runtime)
    {
        Name = "_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var worker = s_worker.Replace("%MODULES%", s_modules, StringComparison.Ordinal).Replace("%TIMERS%", Timers, StringComparison.Ordinal).Replace("%NAME%", Name, StringComparison.Ordinal);
        InPage = s_page
            .Replace("'%NAME%'", JsonSerializer.Serialize(Name), StringComparison.Ordinal)
            .Replace("'%RUNTIME%'", JsonSerializer.Serialize(runtime), StringComparison.Ordinal)
            .Replace("%MODULES%", s_modules, StringComparison.Ordinal)
            .Replace("%PURSE%", s_purse, StringComparison.Ordinal)
            .Replace("%WORKER%", JsonSerializer.Serialize(worker), StringComparison.Ordinal);
    }

    /// <summary>What the page's own probe sends by, and is asked by.</summary>
    public string Name { get; }

    /// <summary>To be run before all scripts of a page.</summary>
    public string InPage { get; }

    /// <summary>A function of <see cref="Name"/>, to be called in a worker as early as may be.</summary>
    public static string Timers { get; } = Read("probe.timers.js").Replace("%PURSE%", s_purse, StringComparison.Ordinal);

    /// <summary>Asks the probe of a page or of a worker; empty where there is none.</summary>
    /// <param name="wantsAll">Modules too, which takes Python a moment.</param>
    public string Question(bool wantsAll) => $"globalThis['{Name}']?.({(wantsAll ? "true" : "false")}) ?? ''";

    private static string Read(string name)
    {
        using var stream = typeof(Probe).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        // What is put into other code goes without the comment at its head.
        var text = reader.ReadToEnd();
        while (text.StartsWith("//", StringComparison.Ordinal)) text = text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        return text;
    }
}
