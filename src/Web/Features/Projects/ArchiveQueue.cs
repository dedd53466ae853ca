using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>
/// Lets a few archives at a time be read or written on this node: each takes a processor for seconds, and a class that imports is
/// served one after the other, while everything else goes on.
/// </summary>
/// <param name="atOnce">How many go on at the same time.</param>
sealed class ArchiveQueue(int atOnce) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _places = new(atOnce);

    /// <summary>Waits for a place, which whoever got it gives back by disposing it; null where there was none for too long.</summary>
    public async Task<IDisposable?> EnterAsync(CancellationToken ct) => await _places.WaitAsync(s_patience, ct) ? new Place(_places) : null;

    /// <summary>What somebody is told who got no place.</summary>
    public static Error Busy { get; } = new Error.TooManyRequests(TimeSpan.FromSeconds(10));

    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        private int _isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGivenBack, 1) == 0) places.Release();
        }
    }
}
