using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Web.Tests.Pages;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Packages;

/// <summary>What users say of packages, and what administrators make of it.</summary>
public sealed class ReportTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_users;

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_report_counts_once_an_administrator_has_taken_it()
    {
        await Hub.KnowPackagesAsync();
        var reporter = await UserAsync();
        var report = await (await ReportAsync(reporter, "Reported_Thing", "fails")).JsonAsync(HttpStatusCode.Created);
        (report.Text("package"), report.Text("outcome"), report.Text("review")).ShouldBe(("reported-thing", "fails", "pending"));
        await using var db = Hub.OpenDatabase();
        (await db.PackageStatuses.AnyAsync(row => row.Package == "reported-thing")).ShouldBeFalse();
        (await Hub.Client.GetAsync("/api/package/reported-thing.json")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var administrator = await Hub.UserAsync($"report-admin-{Interlocked.Increment(ref s_users)}", isAdministrator: true);
        (await administrator.PageAsync("/admin/reports")).ShouldContain("It says &lt;b&gt;no&lt;/b&gt;");
        (await administrator.SendFormAsync("/admin/reports", "", ("id", report.Text("id")), ("take", "true"))).Leads().ShouldBe("/admin/reports");
        (await db.PackageStatuses.SingleAsync(row => row.Package == "reported-thing")).Status.ShouldBe(PackageStatus.Fails);
        (await administrator.SendFormAsync("/admin/reports", "", ("id", report.Text("id")), ("take", "false"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await Hub.Client.GetAsync("/api/package/reported.thing.json")).JsonAsync()).Text("status").ShouldBe("red");
    }

    [Fact]
    public async Task A_report_that_is_refused_never_counts()
    {
        await Hub.KnowPackagesAsync();
        var report = await (await ReportAsync(await UserAsync(), "refused-thing", "works")).JsonAsync(HttpStatusCode.Created);
        var administrator = await Hub.UserAsync($"report-admin-{Interlocked.Increment(ref s_users)}", isAdministrator: true);
        (await administrator.SendFormAsync("/admin/reports", "", ("id", report.Text("id")), ("take", "false"))).Leads().ShouldBe("/admin/reports");
        await using var db = Hub.OpenDatabase();
        (await db.PackageStatuses.AnyAsync(row => row.Package == "refused-thing")).ShouldBeFalse();
        (await administrator.PageAsync("/admin/reports")).ShouldNotContain("refused-thing");
    }

    [Fact]
    public async Task Reports_of_others_are_for_administrators_alone()
    {
        var user = await UserAsync();
        var report = await (await ReportAsync(user, "guarded-thing", "works")).JsonAsync(HttpStatusCode.Created);
        (await (await UserAsync()).GetAsync("/admin/reports")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await user.GetAsync("/admin/reports")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await ReportAsync(Hub.Client, "guarded-thing", "works")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await using var db = Hub.OpenDatabase();
        (await db.PackageEvidence.SingleAsync(entry => entry.Id == Guid.ParseExact(report.Text("id"), "N"))).Review.ShouldBe(EvidenceReview.Pending);
    }

    [Theory]
    [InlineData("../../etc", "works", "2026.3.1", "It works.", 404)]
    [InlineData("na%20me", "works", "2026.3.1", "It works.", 422)]
    [InlineData("numpy", "unknown", "2026.3.1", "It works.", 400)]
    [InlineData("numpy", "perhaps", "2026.3.1", "It works.", 400)]
    [InlineData("numpy", "works", "1999.1.1", "It works.", 400)]
    [InlineData("numpy", "works", "2026.3.1", "  ", 400)]
    public async Task A_report_that_says_nothing_is_refused(string name, string outcome, string release, string note, int status)
    {
        var answer = await (await UserAsync()).PostAsJsonAsync($"/api/v1/packages/{name}/reports", new { interpreter = "pyodide", release, outcome, note });
        ((int)answer.StatusCode).ShouldBe(status);
    }

    [Fact]
    public async Task Nobody_reports_without_end()
    {
        var user = await UserAsync();
        HttpResponseMessage? answer = null;
        for (var i = 0; i <= 30; i++) answer = await ReportAsync(user, $"flood-{i}", "works");
        answer!.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter.ShouldNotBeNull();
    }

    private Task<HttpClient> UserAsync() => Hub.UserAsync($"reporter-{Interlocked.Increment(ref s_users)}");

    private Task<HttpResponseMessage> ReportAsync(HttpClient user, string name, string outcome) => user.PostAsJsonAsync(
        $"/api/v1/packages/{name}/reports", new { interpreter = "pyodide", release = Hub.Release(), outcome, note = "It says <b>no</b>", version = "1.0" });
}
