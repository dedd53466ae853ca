using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Tests.Reliability;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Projects;

/// <summary>What is run without being saved: who may, what is shown where, for how long and how much.</summary>
public sealed class TrialTests
{
    private static readonly (string, string)[] s_files = [("index.html", "<p>published</p>"), ("main.py", "print(1)"), ("old.txt", "old")];

    [Fact]
    public async Task Somebody_who_is_not_signed_in_runs_a_changed_publication_and_nothing_is_saved()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var project = await ada.PublishedAsync(s_files);

        var trial = await (await TryAsync(hub.Client, project.Text("id"), "?delete=old.txt", ("main.py", "print(2)"), ("new.py", "# new"))).JsonAsync(HttpStatusCode.Created);

        (await hub.Client.GetStringAsync(trial.Text("url"))).ShouldContain("<p>published</p>");
        (await hub.Client.GetStringAsync(trial.Text("url") + "main.py")).ShouldBe("print(2)");
        (await hub.Client.GetStringAsync(trial.Text("url") + "new.py")).ShouldBe("# new");
        (await hub.Client.GetAsync(trial.Text("url") + "old.txt")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetStringAsync(project.Text("contentUrl") + "main.py")).ShouldBe("print(1)");
        (await ada.GetStringAsync($"/api/v1/projects/{project.Text("id")}/files")).ShouldNotContain("new.py");
    }

    [Fact]
    public async Task A_trial_is_a_draft_preview_that_the_hub_alone_may_frame_and_nobody_may_open_by_itself()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        (await ada.PatchAsync($"/api/v1/projects/{id}", new StringContent("""{"embedding":"anyone"}""", Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        var trial = await (await TryAsync(hub.Client, id, "")).JsonAsync(HttpStatusCode.Created);
        new Uri(trial.Text("url")).Host.Split('.')[0].Length.ShouldBe(26);

        var framed = await GetAsync(hub.Client, trial.Text("url"), "iframe");
        framed.StatusCode.ShouldBe(HttpStatusCode.OK);
        framed.Headers.CacheControl!.ToString().ShouldContain("no-store");
        framed.Headers.GetValues("Content-Security-Policy").Single().ShouldBe($"frame-ancestors {hub.Url}");
        (await framed.Content.ReadAsStringAsync()).ShouldContain("/.hub/bridge");
        var alone = await GetAsync(hub.Client, trial.Text("url"), "document");
        alone.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await alone.Content.ReadAsStringAsync()).ShouldContain("project of your own");
    }

    [Theory]
    [InlineData("", "iframe", "navigate", true)]
    [InlineData("page.html", "iframe", "navigate", true)]
    [InlineData("page.html", "empty", "cors", true)]
    [InlineData("page.html", "document", "navigate", false)]
    [InlineData("page.html", "object", "navigate", false)]
    [InlineData("page.html", "embed", "navigate", false)]
    [InlineData("page.html", "fencedframe", "navigate", false)]
    [InlineData("page.html", "empty", "navigate", false)]
    [InlineData("", "fencedframe", "navigate", false)]
    [InlineData("folder/", "image", "no-cors", false)]
    [InlineData("picture.svg", "image", "no-cors", true)]
    [InlineData("picture.svg", "document", "navigate", false)]
    [InlineData("main.py", "empty", "cors", true)]
    [InlineData("main.py", "worker", "same-origin", true)]
    public async Task What_is_tried_is_shown_in_a_frame_and_nowhere_else(string path, string destination, string mode, bool isShown)
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var project = await ada.PublishedAsync(("index.html", "x"), ("page.html", "x"), ("folder/index.html", "x"), ("picture.svg", "<svg/>"), ("main.py", "print(1)"));
        var trial = await (await TryAsync(hub.Client, project.Text("id"), "")).JsonAsync(HttpStatusCode.Created);
        (await GetAsync(hub.Client, trial.Text("url") + path, destination, mode)).StatusCode.ShouldBe(isShown ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        // What is published is for every window.
        (await GetAsync(hub.Client, project.Text("contentUrl") + path, destination, mode)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Where_a_browser_does_not_say_what_it_asks_for_the_pages_first_script_is_told_to_see_to_it()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        var trial = await (await TryAsync(hub.Client, id, "")).JsonAsync(HttpStatusCode.Created);
        var grant = await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync();
        (await hub.Client.GetStringAsync(trial.Text("url"))).ShouldContain($"data-hub=\"{hub.Url}\" data-framed></script>");
        (await hub.Client.GetStringAsync(grant.Text("url"))).ShouldContain($"data-hub=\"{hub.Url}\"></script>");
    }

    [Fact]
    public async Task Other_files_come_under_the_same_address_and_only_by_the_secret_that_the_page_does_not_know()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        var trial = await (await TryAsync(hub.Client, id, "", ("main.py", "print(2)"))).JsonAsync(HttpStatusCode.Created);
        (await hub.Client.GetStringAsync(trial.Text("url") + "main.py")).ShouldBe("print(2)");

        var again = await (await AgainAsync(hub.Client, trial.Text("id"), ("index.html", "<p>third</p>"))).JsonAsync();

        again.Text("url").ShouldBe(trial.Text("url"));
        (await hub.Client.GetStringAsync(trial.Text("url"))).ShouldContain("<p>third</p>");
        (await hub.Client.GetStringAsync(trial.Text("url") + "main.py")).ShouldBe("print(1)", "what is not sent again is as in the revision");
        var label = new Uri(trial.Text("url")).Host.Split('.')[0];
        await (await AgainAsync(hub.Client, label, ("index.html", "taken"))).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task What_was_published_anew_since_is_told_by_412_and_an_older_publication_is_not_shown()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        (await ada.PutFileAsync(id, "main.py", "print('new')", 1)).EnsureSuccessStatusCode();
        await ada.PublishAsync(id);
        var stale = await TryAsync(hub.Client, id, "?revision=1");
        await stale.ProblemAsync(412, "stale");
        stale.Headers.ETag!.Tag.ShouldBe("\"2\"");
        (await TryAsync(ada, id, "?revision=1")).StatusCode.ShouldBe(HttpStatusCode.Created, "her own history is hers");
        await (await TryAsync(ada, id, "?revision=9")).ProblemAsync(412, "stale");
    }

    [Fact]
    public async Task A_trial_of_a_draft_ends_with_the_membership_and_one_of_a_publication_with_that()
    {
        await using var hub = await HubServer.StartAsync();
        var (ada, bob) = (await hub.UserAsync("ada"), await hub.UserAsync("bob"));
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        (await ada.PutFileAsync(id, "main.py", "print('draft')", 1)).EnsureSuccessStatusCode();
        (await ada.PutAsync($"/api/v1/projects/{id}/members/bob", new StringContent("""{"role":"editor"}""", Encoding.UTF8, "application/json"))).EnsureSuccessStatusCode();
        var draft = await (await TryAsync(bob, id, "")).JsonAsync(HttpStatusCode.Created);
        var seen = await (await TryAsync(hub.Client, id, "")).JsonAsync(HttpStatusCode.Created);
        (await hub.Client.GetStringAsync(draft.Text("url") + "main.py")).ShouldBe("print('draft')");
        (await hub.Client.GetStringAsync(seen.Text("url") + "main.py")).ShouldBe("print(1)");

        (await ada.DeleteAsync($"/api/v1/projects/{id}/members/bob")).EnsureSuccessStatusCode();
        (await ada.DeleteAsync($"/api/v1/projects/{id}/publish")).EnsureSuccessStatusCode();

        (await hub.Client.GetAsync(draft.Text("url") + "main.py")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetAsync(seen.Text("url") + "main.py")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await (await TryAsync(hub.Client, id, "")).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_trial_lapses_two_hours_after_its_last_use_and_then_its_bytes_go_and_not_before()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(services: services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(services, clock));
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        var trial = await (await TryAsync(hub.Client, id, "", ("main.py", "print('tried')"))).JsonAsync(HttpStatusCode.Created);
        await using var db = hub.OpenDatabase();

        clock.Advance(TimeSpan.FromMinutes(100));
        (await hub.Client.GetStringAsync(trial.Text("url") + "main.py")).ShouldBe("print('tried')");
        clock.Advance(TimeSpan.FromMinutes(100));
        (await new ProjectPurge(db).RunAsync(clock.GetUtcNow(), CancellationToken.None)).ShouldBe(0);
        (await new BlobSweep(db).RunAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(0, "a living trial holds its bytes");
        (await hub.Client.GetStringAsync(trial.Text("url") + "main.py")).ShouldBe("print('tried')", "it was used in between");

        clock.Advance(TimeSpan.FromMinutes(121));
        (await hub.Client.GetAsync(trial.Text("url") + "main.py")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await (await AgainAsync(hub.Client, trial.Text("id"))).ProblemAsync(404, "not_found");
        await new ProjectPurge(db).RunAsync(clock.GetUtcNow(), CancellationToken.None);
        (await db.Trials.CountAsync() + await db.TrialBlobs.CountAsync()).ShouldBe(0);
        (await new BlobSweep(db).RunAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(1);
        await StoredState.ShouldBeWholeAsync(db);
    }

    [Fact]
    public async Task A_trial_of_a_large_project_costs_what_is_different_and_no_more()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { TrialBytesPerHour = 100_000 } });
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync([("index.html", "<p>x</p>"), .. Enumerable.Range(0, 300).Select(i => ($"data/{i}.txt", $"{i}"))])).Text("id");
        for (var i = 0; i < 20; i++) (await TryAsync(hub.Client, id, "")).StatusCode.ShouldBe(HttpStatusCode.Created);
        var trial = await (await TryAsync(hub.Client, id, "?delete=data/1.txt&delete=nowhere.txt", ("data/2.txt", "two"))).JsonAsync(HttpStatusCode.Created);

        await using var db = hub.OpenDatabase();
        (await db.TrialBlobs.CountAsync()).ShouldBe(1);
        (await db.Database.SqlQuery<int>($"SELECT max(pg_column_size(t)) AS \"Value\" FROM trials t").SingleAsync()).ShouldBeLessThan(1_000);
        (await hub.Client.GetAsync(trial.Text("url") + "data/1.txt")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetStringAsync(trial.Text("url") + "data/2.txt")).ShouldBe("two");
        (await hub.Client.GetStringAsync(trial.Text("url") + "data/3.txt")).ShouldBe("3");
        // Each is counted for itself and for the paths that it names, not by the bytes of its files alone.
        var many = string.Join('&', Enumerable.Range(0, 250).Select(i => $"delete=data/{i}.txt"));
        await (await TryAsync(hub.Client, id, $"?{many}")).ProblemAsync(429, "too_many_requests");
    }

    [Fact]
    public async Task What_a_trial_was_made_to_is_not_thinned_before_the_trial_is_over()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await (await ada.ImportAsync(Zip.Of(s_files))).JsonAsync(HttpStatusCode.Created)).Text("id");
        var trial = await (await TryAsync(ada, id, "?revision=1", ("new.py", "new"))).JsonAsync(HttpStatusCode.Created);
        for (var revision = 1; revision <= 3; revision++) (await ada.PutFileAsync(id, "main.py", $"print({revision}0)", revision)).EnsureSuccessStatusCode();
        await using var db = hub.OpenDatabase();
        var later = DateTimeOffset.UtcNow.AddDays(2);

        await new RevisionThinning(db).RunAsync(later, CancellationToken.None);
        (await db.Revisions.OrderBy(r => r.Number).Select(r => r.Number).ToListAsync()).ShouldBe([1, 4]);
        await new BlobSweep(db).RunAsync(TimeSpan.Zero, CancellationToken.None);
        (await hub.Client.GetStringAsync(trial.Text("url") + "main.py")).ShouldBe("print(1)");

        await db.Trials.ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiresAt, DateTimeOffset.UtcNow.AddMinutes(-1)));
        await new ProjectPurge(db).RunAsync(DateTimeOffset.UtcNow, CancellationToken.None);
        await new RevisionThinning(db).RunAsync(later, CancellationToken.None);
        (await db.Revisions.Select(r => r.Number).ToListAsync()).ShouldBe([4]);
        await StoredState.ShouldBeWholeAsync(db);
    }

    [Fact]
    public async Task A_deleted_project_takes_its_trials_along()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(services: services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(services, clock));
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        await (await TryAsync(hub.Client, id, "", ("main.py", "print(2)"))).JsonAsync(HttpStatusCode.Created);
        (await ada.DeleteAsync($"/api/v1/projects/{id}")).EnsureSuccessStatusCode();
        await using var db = hub.OpenDatabase();
        await db.Trials.ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiresAt, clock.GetUtcNow().AddDays(100)));
        (await new ProjectPurge(db).RunAsync(clock.GetUtcNow().AddDays(31), CancellationToken.None)).ShouldBe(1);
        (await db.Trials.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_trial_that_is_used_all_the_time_ends_after_a_day_at_school()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(services: services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(services, clock));
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        var trial = await (await TryAsync(hub.Client, id, "", ("main.py", "print('tried')"))).JsonAsync(HttpStatusCode.Created);
        for (var minutes = 100; minutes < 480; minutes += 100)
        {
            clock.Advance(TimeSpan.FromMinutes(100));
            (await hub.Client.GetAsync(trial.Text("url") + "main.py")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await AgainAsync(hub.Client, trial.Text("id"), ("main.py", $"print({minutes})"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        clock.Advance(TimeSpan.FromMinutes(81));
        (await hub.Client.GetAsync(trial.Text("url") + "main.py")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await (await AgainAsync(hub.Client, trial.Text("id"), ("main.py", "print()"))).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Of_too_many_trials_at_once_those_of_the_address_that_brings_them_go_first()
    {
        await using var hub = await HubServer.StartAsync(options => options with
        {
            TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")],
            Limits = options.Limits with { TrialsAtOncePerAddress = 3, TrialsAtOnce = 5 },
        });
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        var (quiet, loud) = (hub.ClientFor(null), hub.ClientFor(null));
        quiet.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");
        loud.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.2");
        var first = await (await TryAsync(quiet, id, "")).JsonAsync(HttpStatusCode.Created);
        var urls = new List<string>();
        for (var i = 0; i < 6; i++) urls.Add((await (await TryAsync(loud, id, "")).JsonAsync(HttpStatusCode.Created)).Text("url"));

        (await quiet.GetAsync(first.Text("url"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var alive = new List<bool>();
        foreach (var url in urls) alive.Add((await loud.GetAsync(url)).StatusCode is HttpStatusCode.OK);
        alive.ShouldBe([false, false, false, true, true, true]);
        for (var i = 3; i < 6; i++)
        {
            var other = hub.ClientFor(null);
            other.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{i}");
            await (await TryAsync(other, id, "")).JsonAsync(HttpStatusCode.Created);
        }
        await using var db = hub.OpenDatabase();
        (await db.Trials.CountAsync()).ShouldBe(5);
    }

    [Fact]
    public async Task Changes_of_more_than_the_limit_are_refused_and_leave_nothing()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { TrialBytes = 10_000 } });
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        await (await TryAsync(hub.Client, id, "", ("a.txt", new string('x', 6_000)), ("b.txt", new string('y', 6_000)))).ProblemAsync(413, "too_large");
        await (await TryAsync(hub.Client, id, "", ("../a.txt", "x"))).ProblemAsync(422, "path_traversal");
        await using var db = hub.OpenDatabase();
        (await db.Trials.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_class_of_thirty_behind_one_address_runs_twenty_times_each_in_a_minute_and_a_flood_is_told_to_wait()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { TrialBytesPerHour = 10_000_000 } });
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");

        await Task.WhenAll(Enumerable.Range(0, 30).Select(async pupil =>
        {
            var trial = await (await TryAsync(hub.Client, id, "", ("main.py", $"print({pupil})"))).JsonAsync(HttpStatusCode.Created);
            for (var run = 2; run <= 20; run++)
                (await AgainAsync(hub.Client, trial.Text("id"), ("main.py", $"print({pupil}, {run})"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }));

        var bytes = 0;
        HttpResponseMessage last;
        do
        {
            last = await TryAsync(hub.Client, id, "", ("data.bin", new string('x', 2_000_000)));
            bytes += 2;
        }
        while (last.StatusCode is HttpStatusCode.Created && bytes < 40);
        await last.ProblemAsync(429, "too_many_requests");
        last.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task Too_many_trials_in_a_minute_are_told_to_wait()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { TrialsPerMinute = 5 } });
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        var answers = new List<HttpStatusCode>();
        for (var run = 0; run < 12; run++) answers.Add((await TryAsync(hub.Client, id, "")).StatusCode);
        // A minute can begin in between.
        answers.Count(status => status is HttpStatusCode.Created).ShouldBeInRange(5, 10);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Whoever_has_a_network_of_IPv6_has_no_more_trials_than_somebody_with_one_address()
    {
        await using var hub = await HubServer.StartAsync(options => options with
        {
            Limits = options.Limits with { TrialsPerMinute = 5 },
            TrustedProxies = [IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("::1/128")],
        });
        var ada = await hub.UserAsync("ada");
        var id = (await ada.PublishedAsync(s_files)).Text("id");
        var answers = new List<HttpStatusCode>();
        for (var run = 0; run < 12; run++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/projects/{id}/trials");
            request.Headers.Add("X-Forwarded-For", $"2001:db8::{run + 1:x}");
            answers.Add((await hub.Client.SendAsync(request)).StatusCode);
        }
        // A minute can begin in between.
        answers.Count(status => status is HttpStatusCode.Created).ShouldBeInRange(5, 10);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
    }

    private static Task<HttpResponseMessage> TryAsync(HttpClient client, string project, string query, params (string Path, string Text)[] files) =>
        client.PostAsync($"/api/v1/projects/{project}/trials{query}", Form(files));

    private static Task<HttpResponseMessage> AgainAsync(HttpClient client, string trial, params (string Path, string Text)[] files) =>
        client.PutAsync($"/api/v1/trials/{trial}", Form(files));

    private static MultipartFormDataContent? Form((string Path, string Text)[] files)
    {
        if (files.Length == 0) return null;
        var form = new MultipartFormDataContent();
        foreach (var (path, text) in files) form.Add(new StringContent(text), path);
        return form;
    }

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string url, string destination, string mode = "navigate")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("Sec-Fetch-Dest", destination);
        request.Headers.Add("Sec-Fetch-Mode", mode);
        return client.SendAsync(request);
    }
}
