using System.Collections.Concurrent;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>Fetches files that an upstream's page lists and holds them: each once, by one process at a time.</summary>
public sealed class PackageFetch(HubDb db, HeldFiles held, UpstreamPages pages, PackageUpstreams upstreams, FetchTurns turns, TimeProvider time)
{
    /// <summary>The largest file that is fetched, in bytes; Pyodide's largest wheels have 60 MB.</summary>
    public const long MostBytes = 100_000_000;

    /// <summary>
    /// The file of this name and hash: held, or fetched from the upstream whose kept page lists it. Errors: <see cref="Error.NotFound"/> where
    /// neither is so, those of <see cref="GetAsync(UpstreamFile, CancellationToken)"/>.
    /// </summary>
    public async Task<Result<PackageFile>> GetAsync(string fileName, BlobHash hash, CancellationToken ct)
    {
        if (await held.FindAsync(fileName, hash, ct) is { } here) return here;
        if (WheelFileName.Parse(fileName) is not { IsOk: true, Value: var wheel } || await pages.FindAsync(wheel.Name.Key, fileName, hash, ct) is not { } listed)
            return new Error.NotFound("file");
        return await GetAsync(listed, ct);
    }

    /// <summary>
    /// A file of an upstream: held, or fetched now. Errors: those of <see cref="PackageUpstreams.GetFileAsync"/>, <c>wrong_hash</c>,
    /// <c>changed_hash</c>, and those of a wheel that is none.
    /// </summary>
    public async Task<Result<PackageFile>> GetAsync(UpstreamFile wanted, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var file = wanted.File;
        using var turn = await turns.TakeAsync($"{file.Hash} {file.FileName}", ct);
        if (await held.FindAsync(file.FileName, file.Hash, ct) is { } here) return here;
        await using var turnOfAll = await AdvisoryLock.TakeAsync(db, $"package file {file.Hash}", ct);
        if (await held.FindAsync(file.FileName, file.Hash, ct) is { } meanwhile) return meanwhile;

        var fetched = await upstreams.GetFileAsync(file.Url, MostBytes, ct);
        if (fetched.Error is Error.NotFound) return new Error.Invalid("upstream_failed", $"{file.Url.Host} lists {file.FileName} and does not have it.");
        if (!fetched.IsOk) return fetched.Error;
        var content = fetched.Value.Content;
        var actual = BlobHash.Of(content);
        if (actual != file.Hash) return await RefuseAsync(file, actual, ct);
        var read = await NewPackageFile.OfWheelAsync(file.FileName, content, PackageFileOrigin.Upstream, file.Url.AbsoluteUri, ct);
        if (!read.IsOk) return read.Error;
        var added = await held.AddAsync(read.Value with { Yanked = file.Yanked }, ct);
        return added.IsOk ? (await held.FindAsync(file.FileName, file.Hash, ct))! : added.Error;
    }

    private async Task<Error> RefuseAsync(IndexFile file, BlobHash actual, CancellationToken ct)
    {
        if ((await held.ListAsync(PackageName.NormalForm(file.FileName.Split('-')[0]), ct)).FirstOrDefault(other => other.FileName == file.FileName) is { } kept)
            await Quarantine.AddAsync(db, file.FileName, actual, kept.Hash, file.Url.AbsoluteUri, time.GetUtcNow(), ct);
        return new Error.Invalid("wrong_hash", $"{file.Url.Host} sent a file with the SHA-256 {actual}; its index says {file.Hash}. Nothing of it was kept.");
    }
}

/// <summary>Turns within this process: who waits for one holds no connection of the database meanwhile.</summary>
public sealed class FetchTurns
{
    private readonly ConcurrentDictionary<string, Queue> _queues = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn; disposing ends it.</summary>
    public async Task<IDisposable> TakeAsync(string key, CancellationToken ct)
    {
        Queue queue;
        do queue = _queues.GetOrAdd(key, _ => new Queue());
        while (!queue.Join());
        try
        {
            await queue.Turn.WaitAsync(ct);
        }
        catch
        {
            Leave(key, queue);
            throw;
        }
        return new Taken(this, key, queue);
    }

    private void Leave(string key, Queue queue)
    {
        if (queue.Leave()) _queues.TryRemove(new(key, queue));
    }

    private sealed class Queue
    {
        private int _members;

        public SemaphoreSlim Turn { get; } = new(1);

        // False: the last one has just left, and the queue is being taken away.
        public bool Join()
        {
            lock (Turn)
            {
                if (_members < 0) return false;
                _members++;
                return true;
            }
        }

        public bool Leave()
        {
            lock (Turn)
            {
                if (--_members > 0) return false;
                _members = -1;
                return true;
            }
        }
    }

    private sealed class Taken(FetchTurns turns, string key, Queue queue) : IDisposable
    {
        public void Dispose()
        {
            queue.Turn.Release();
            turns.Leave(key, queue);
        }
    }
}
