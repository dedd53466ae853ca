using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Workers;

/// <summary>
/// After a start, records what the hub knows of packages without asking anybody: the locks of the releases that it holds, and the modules
/// that come with their interpreters. What was recorded once is not read again; two nodes at once do no harm.
/// </summary>
sealed partial class ShippedEvidence(
    IServiceScopeFactory scopes, RuntimeCatalog runtime, HeldPyodides pyodides, TimeProvider time, ILogger<ShippedEvidence> logger) : BackgroundService
{
    /// <summary>The setting that says of which locks and modules the facts are recorded.</summary>
    public const string RecordedKey = "package_facts_recorded";

    // Changes with what is made of the files, so that a newer hub reads them again.
    private const string Form = "1";

    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(10);

    /// <summary>Records what is not recorded yet.</summary>
    public async Task RecordAsync(CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        await using var scope = scopes.CreateAsyncScope();
        var (log, settings) = (scope.ServiceProvider.GetRequiredService<EvidenceLog>(), scope.ServiceProvider.GetRequiredService<HubSettings>());
        await log.HoldAsync([.. runtime.Releases.Select(release => release.Name)], ct);
        var fingerprint = Fingerprint();
        if (await settings.TextAsync(RecordedKey, ct) == fingerprint) return;
        var locks = runtime.Releases.Select(release => (release.Name, Pyodide: pyodides.Find(release.Pyodide))).Where(release => release.Pyodide is not null).ToList();
        var now = time.GetUtcNow();
        var facts = locks.SelectMany(release => LockEvidence.Of(release.Name, release.Pyodide!.Version, release.Pyodide.Lock, now));
        var added = await log.AddAsync([.. facts, .. BundledEvidence.Of(BundledModules.Read())], ct);
        await settings.SetTextAsync(RecordedKey, fingerprint, ct);
        LogRecorded(added, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not before the first pages are answered.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RecordAsync(stoppingToken);
                return;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The edge: a hub that cannot say which packages work serves projects all the same.
                if (!Problems.IsDatabaseAway(e)) LogFailed(e);
                await Task.WhenAny(Task.Delay(s_afterFault, time, stoppingToken));
            }
        }
    }

    private string Fingerprint()
    {
        var parts = runtime.Releases.Select(release => $"{release.Name} {runtime.Find($"/pyodide/{release.Pyodide}/pyodide-lock.json")?.Sha256}")
            .Prepend(BundledFile.Shipped().ToJson()).Prepend(Form);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }

    [LoggerMessage(LogLevel.Information, "Recorded {Facts} facts on packages of this hub's releases in {Seconds:0.0} s")]
    private partial void LogRecorded(int facts, double seconds);

    [LoggerMessage(LogLevel.Error, "The facts on packages of this hub's releases could not be recorded; that is tried again")]
    private partial void LogFailed(Exception e);
}
