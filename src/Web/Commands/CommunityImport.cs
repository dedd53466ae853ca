using PyScriptHub.Infrastructure.PackageIndex;

namespace PyScriptHub.Web.Commands;

/// <summary><c>packages import</c> of a folder or an archive with records in the format of packages.pyscript.net.</summary>
static class CommunityImport
{
    private const int AtOnce = 500;

    /// <summary>Imports what can be, names the rest, and answers 1 where there is a rest. What was imported before changes nothing.</summary>
    public static async Task<int> RunAsync(IServiceProvider services, string path, CancellationToken ct)
    {
        var found = await new CommunityFiles(services.GetRequiredService<TimeProvider>()).ReadAsync(path, ct);
        var log = services.GetRequiredService<EvidenceLog>();
        var records = found.Records.DistinctBy(record => (record.Name.Key, record.Json)).ToList();
        var (done, added) = (0, 0);
        foreach (var batch in records.Chunk(AtOnce))
        {
            added += await log.AddAsync([.. batch.Select(record => record.Facts)], ct);
            done += batch.Length;
            Console.WriteLine($"{done} of {records.Count} records");
        }
        foreach (var twice in records.GroupBy(record => record.Name.Key, StringComparer.Ordinal).Where(records => records.Skip(1).Any()))
            Console.WriteLine($"{twice.Key}: {twice.Count()} records that differ ({string.Join(", ", twice.Select(record => record.Name.Display).Distinct(StringComparer.Ordinal))}); all are kept, the newest counts.");
        foreach (var (where, why) in found.Refused) await Console.Error.WriteLineAsync($"{where}: {why}");
        Console.WriteLine($"{added} new, {records.Count - added} known before, {found.Refused.Count} refused.");
        if (records.Count == 0 && found.Refused.Count == 0) await Console.Error.WriteLineAsync($"{path}: There is no record in it. Records are files like package/numpy.json, or one all.json.");
        return found.Refused.Count > 0 || records.Count == 0 ? 1 : 0;
    }
}
