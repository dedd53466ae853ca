using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving;

/// <summary>
/// Makes the smallest forms of all runtime files while the hub runs: brotli 11 of everything takes minutes, so it is done
/// one after the other, the default release first, and goes on after a restart where it stopped.
/// </summary>
internal sealed class AssetImprover(RuntimeCatalog catalog, EncodedAssets encoded, TimeProvider time, ILogger<AssetImprover> logger)
    : BackgroundService
{
    // The first pages after a start have the processor for themselves.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Grace, time, stoppingToken);
        await ImproveAllAsync(stoppingToken);
    }

    internal async Task ImproveAllAsync(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var improved = 0;
        foreach (var file in InOrder().DistinctBy(file => file.Sha256, StringComparer.Ordinal))
        {
            foreach (var coding in new[] { ContentCoding.Brotli, ContentCoding.Gzip })
            {
                if (encoded.IsBest(file, coding)) continue;
                try
                {
                    await encoded.ImproveAsync(file, coding, cancellation);
                    improved++;
                }
                catch (IOException exception)
                {
                    // A full disk: the fast form, or none, is served; the next start tries again.
                    logger.LogWarning(exception, "The {Coding} form of {Path} could not be written", coding, file.Path);
                }
            }
        }

        // As long as the packer keeps what earlier hubs packed.
        encoded.Sweep(time.GetUtcNow() - TimeSpan.FromDays(7));
        if (improved > 0)
            logger.LogInformation("Compressed {Count} runtime files in {Duration}", improved, time.GetElapsedTime(started));
    }

    private IEnumerable<RuntimeFile> InOrder()
    {
        string[] first =
        [
            $"/pyscript/{catalog.Default.Core}/",
            $"/micropython/{catalog.Default.Micropython}/",
            $"/pyodide/{catalog.Default.Pyodide}/",
        ];
        return catalog.Files.OrderBy(file =>
        {
            var place = Array.FindIndex(first, prefix => file.Path.StartsWith(prefix, StringComparison.Ordinal));
            return place < 0 ? first.Length : place;
        });
    }
}
