using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>
/// Tells who looks at a project how its smoke runs go, as server-sent events. The rows are looked at once a second for all who look
/// at the same, and nothing of the database is held in between.
/// </summary>
sealed class SmokeStreams(IServiceScopeFactory scopes, IHostApplicationLifetime host, IOptions<JsonOptions> json, TimeProvider time)
{
    /// <summary>Streams that one account may have open on this node.</summary>
    public const int OfAccount = 20;

    /// <summary>Streams that may go to one address, of people who are not signed in: a class is behind one.</summary>
    public const int OfAddress = 100;

    private const int OfNode = 2_000;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    // Proxies close what is silent for a minute or so, and a browser notices only by what comes that the other end is gone.
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);

    // The browser then asks anew by itself, and comes to another node where this one is on its way out.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_whenFull = TimeSpan.FromSeconds(10);

    // Whoever lost sight of the project hears nothing of it after so long.
    private static readonly TimeSpan s_looksAgain = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(ProjectId Id, SmokeSight Sight), Reading> _readings = new();
    private int _all;

    /// <summary>How many are open.</summary>
    public int Count => Volatile.Read(ref _all);

    /// <summary>Writes states until the caller goes or the time is up.</summary>
    public async Task<IResult> AnswerAsync(ProjectId id, Guid? caller, RequestOrigin origin, HttpContext context)
    {
        var (key, most) = caller is { } account ? ($"account {account:N}", OfAccount) : ($"address {origin.Network}", OfAddress);
        if (await SightAsync(id, context.RequestAborted) is not { } sight) return Problems.Of(new Error.NotFound("project"));
        if (!Enter(key, most)) return Problems.Of(new Error.TooManyRequests(s_whenFull));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping);
        try
        {
            await WriteAsync(id, sight, context.Response, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The usual end.
        }
        finally
        {
            Leave(key);
            _readings.TryRemove((id, sight), out _);
        }
        return Results.Empty;
    }

    private async Task WriteAsync(ProjectId id, SmokeSight sight, HttpResponse response, CancellationToken ct)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var (began, spoken, looked, said) = (time.GetTimestamp(), time.GetTimestamp(), time.GetTimestamp(), "");
        await SayAsync("retry: 2000\n\n");
        while (time.GetElapsedTime(began) < s_longest)
        {
            if (time.GetElapsedTime(looked) > s_looksAgain)
            {
                if (await WhileAwayAsync<SmokeSight?>(() => SightAsync(id, ct), sight) != sight) return;
                looked = time.GetTimestamp();
            }
            if (await WhileAwayAsync<string?>(() => ReadAsync(id, sight), said) is not { } state) return;
            if (state != said) await SayAsync($"data: {said = state}\n\n");
            else if (time.GetElapsedTime(spoken) > s_silence) await SayAsync(": nothing new\n\n");
            await Task.Delay(s_every, time, ct);
        }

        async Task SayAsync(string text)
        {
            spoken = time.GetTimestamp();
            await response.WriteAsync(text, ct);
            await response.Body.FlushAsync(ct);
        }
    }

    // While the database is away nothing changes that could be told.
    private static async Task<T> WhileAwayAsync<T>(Func<Task<T>> ask, T last)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (Problems.IsDatabaseAway(e))
        {
            return last;
        }
    }

    private async Task<SmokeSight?> SightAsync(ProjectId id, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SmokeStandings>().SightAsync(id, ct);
    }

    private Task<string?> ReadAsync(ProjectId id, SmokeSight sight) => _readings.AddOrUpdate(
        (id, sight), Read, (key, last) => time.GetElapsedTime(last.At) < s_every ? last : Read(key)).Json.Value;

    private Reading Read((ProjectId Id, SmokeSight Sight) key) => new(time.GetTimestamp(), new Lazy<Task<string?>>(async () =>
    {
        await using var scope = scopes.CreateAsyncScope();
        var standing = await scope.ServiceProvider.GetRequiredService<SmokeStandings>().OfAsync(key.Id, key.Sight, CancellationToken.None);
        return standing is null ? null : JsonSerializer.Serialize(standing, json.Value.SerializerOptions);
    }));

    private bool Enter(string key, int most)
    {
        var (all, mine) = (Interlocked.Increment(ref _all), _open.AddOrUpdate(key, 1, (_, open) => open + 1));
        if (all <= OfNode && mine <= most) return true;
        Leave(key);
        return false;
    }

    private void Leave(string key)
    {
        Interlocked.Decrement(ref _all);
        if (_open.AddOrUpdate(key, 0, (_, open) => Math.Max(0, open - 1)) == 0) _open.TryRemove(new(key, 0));
    }

    // What all who look at the same are told, and when it was read.
    private sealed record Reading(long At, Lazy<Task<string?>> Json);
}
