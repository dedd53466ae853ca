using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Tests.Support;
using PyScriptHub.Web.Workers;

namespace PyScriptHub.Web.Tests.Features.SmokeRuns;

/// <summary>What somebody opened of late is run once a night, and nothing else is.</summary>
public sealed class NightlyRunsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_evening = new(2026, 11, 26, 21, 0, 0, TimeSpan.Zero);

    private readonly SetClock _clock = new(s_evening);
    private HubServer _hub = null!;
    private HttpClient _ada = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(_clock));
        _ada = await _hub.UserAsync("ada");
    }

    public async ValueTask DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Opening_a_page_is_noted_once_a_day_and_not_for_files_trials_or_smoke_runs()
    {
        var project = await _ada.PublishedAsync(("index.html", "<p>hi"), ("other.html", "<p>hi"), ("main.py", "print(1)"));
        var (id, url) = (ProjectId.Parse(project.Text("id"), null), project.Text("contentUrl"));
        await _hub.Client.GetStringAsync(url + "main.py");
        var grant = ContentGrant.ForSmokeRun(id, 1, "2026.3.1", _clock.GetUtcNow().AddHours(1));
        await using var db = _hub.OpenDatabase();
        db.ContentGrants.Add(grant);
        await db.SaveChangesAsync();
        await _hub.Client.GetStringAsync(url.Replace(new Uri(url).Host.Split('.')[0], grant.Label, StringComparison.Ordinal));
        await _hub.Client.GetStringAsync($"http://template-hello.localhost:{_hub.Options.PublicUrl.Port}/");
        (await db.ProjectOpenings.CountAsync()).ShouldBe(0);

        await _hub.Client.GetStringAsync(url + "other.html");
        var version = await VersionAsync();
        for (var i = 0; i < 5; i++) await _hub.Client.GetStringAsync(url);
        (await VersionAsync()).ShouldBe(version, "a day's first opening alone is written");
        _clock.Advance(TimeSpan.FromDays(1));
        await _hub.Client.GetStringAsync(url);
        (await db.ProjectOpenings.AsNoTracking().SingleAsync()).OpenedOn.ShouldBe(new DateOnly(2026, 11, 27));

        Task<string> VersionAsync() => db.Database.SqlQuery<string>($"""SELECT xmin::text || opened_on AS "Value" FROM project_openings""").SingleAsync();
    }

    [Fact]
    public async Task Each_night_what_was_opened_within_thirty_days_is_planned_once_over_all_workers()
    {
        var (today, month, longAgo, deleted, unpublished) = (await OpenedAsync(0), await OpenedAsync(29), await OpenedAsync(31), await OpenedAsync(0), await OpenedAsync(0));
        await _ada.PublishedAsync(("index.html", "<p>never opened"));
        (await _ada.DeleteAsync($"/api/v1/projects/{deleted}")).EnsureSuccessStatusCode();
        (await _ada.DeleteAsync($"/api/v1/projects/{unpublished}/publish")).EnsureSuccessStatusCode();
        await using var db = _hub.OpenDatabase();
        await db.SmokeRuns.ExecuteDeleteAsync();

        (await NightlyRuns().PlanAsync(default)).ShouldBe(0, "it is evening");
        _clock.Advance(TimeSpan.FromHours(4) + TimeSpan.FromMinutes(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NightlyRuns().PlanAsync(default)));
        var runs = await db.SmokeRuns.AsNoTracking().ToListAsync();
        runs.Select(run => (run.ProjectId.ToString(), run.Interpreter)).ShouldBe(
            [(today, Interpreter.Pyodide), (today, Interpreter.Micropython), (month, Interpreter.Pyodide), (month, Interpreter.Micropython)], ignoreOrder: true);
        runs.ShouldAllBe(run => run.Priority == SmokePriority.Nightly && run.Release == "2026.7.3");
        runs.ShouldNotContain(run => run.ProjectId.ToString() == longAgo);
        runs.ShouldAllBe(run => run.DueAt - run.CreatedAt <= TimeSpan.FromHours(4));

        // A worker that starts an hour later plans nothing again, also where the runs were made meanwhile.
        await db.SmokeRuns.ExecuteDeleteAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        (await NightlyRuns().PlanAsync(default)).ShouldBe(0);
        _clock.Advance(TimeSpan.FromDays(2));
        (await NightlyRuns().PlanAsync(default)).ShouldBe(3, "another night; two days more, and one was opened more than thirty days ago");
        (await db.SmokeRuns.CountAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task The_nights_runs_are_spread_over_it()
    {
        for (var i = 0; i < 40; i++) await OpenedAsync(0);
        await using var db = _hub.OpenDatabase();
        await db.SmokeRuns.ExecuteDeleteAsync();
        _clock.Advance(TimeSpan.FromHours(4));
        await NightlyRuns().PlanAsync(default);
        var hours = (await db.SmokeRuns.AsNoTracking().ToListAsync()).GroupBy(run => run.ProjectId)
            .Select(project => (int)(project.Min(run => run.DueAt - run.CreatedAt).TotalHours)).ToList();
        hours.Count.ShouldBe(40);
        hours.Distinct().Order().ShouldBe([0, 1, 2, 3]);
    }

    private NightlyRuns NightlyRuns() => new(_hub.Services.GetRequiredService<IServiceScopeFactory>(), _clock, NullLogger<NightlyRuns>.Instance);

    private async Task<string> OpenedAsync(int daysAgo)
    {
        var id = (await _ada.PublishedAsync(("index.html", "<p>hi"))).Text("id");
        await using var db = _hub.OpenDatabase();
        var project = ProjectId.Parse(id, null);
        db.ProjectOpenings.Add(new ProjectOpening(project, DateOnly.FromDateTime(s_evening.UtcDateTime).AddDays(1 - daysAgo)));
        await db.SaveChangesAsync();
        return id;
    }
}
