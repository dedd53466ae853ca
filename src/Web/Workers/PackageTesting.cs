using System.Text.Json;
using PyScriptHub.Domain;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Serving.Packages;

namespace PyScriptHub.Web.Workers;

/// <summary>
/// Installs and imports packages in a browser, one at a time for each slot that has no smoke run. What a test comes to is evidence;
/// one whose worker is killed is taken anew when its lease ran out.
/// </summary>
sealed partial class PackageTesting(IServiceScopeFactory scopes, PageRunner runner, BrowserPool browsers, Origins origins, TimeProvider time, ILogger<PackageTesting> logger)
{
    private const string Source = "hub";

    private static readonly TimeSpan s_toSay = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(2);

    /// <summary>Makes the test that is to be made next. False where there is none.</summary>
    public async Task<bool> RunNextAsync(CancellationToken ct)
    {
        var (lease, label) = (Guid.NewGuid(), RandomText.Base32(PackageTestSites.LabelLength));
        // Not to be broken off: a test that was taken and is not known to be would wait for its lease to run out.
        if (await WithQueueAsync(queue => queue.TakeAsync(lease, label, CancellationToken.None)) is not { } test) return false;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var heartbeat = RenewAsync(test.Id, lease, ended);
        try
        {
            await RunAsync(test, lease, origins.Content(label), label, ended.Token, ct);
        }
        finally
        {
            await ended.CancelAsync();
            await heartbeat;
        }
        return true;
    }

    /// <param name="ct">Ends where the test is another worker's, and where this one stops.</param>
    /// <param name="stopping">Ends where this worker stops.</param>
    private async Task RunAsync(PackageTest test, Guid lease, ContentAddress place, string label, CancellationToken ct, CancellationToken stopping)
    {
        try
        {
            if (await SaidAsync(place) is not { } said) throw new BrowserFaultException("The hub did not say what is to be tested.");
            if (said.Problem is { } problem)
            {
                await WithQueueAsync(queue => queue.RefuseAsync(test.Id, lease, problem, CancellationToken.None));
                return;
            }
            var (outcome, detail) = await OpenAsync(test, place, label, said, ct);
            var fact = new PackageEvidence(EvidenceKind.Tested, Source, test.Interpreter, test.Release, said.Version, outcome, time.GetUtcNow(), detail);
            if (await WithQueueAsync(queue => queue.FinishAsync(test, lease, fact, CancellationToken.None))) LogDone(test.Package, test.Interpreter, test.Release, outcome);
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // Where another worker has it by now, this changes nothing.
            await WithQueueAsync(queue => queue.GiveBackAsync(test.Id, lease, CancellationToken.None));
        }
        catch (Exception e) when (e is SmokeTestsOffException || (e is not BrowserFaultException && Problems.IsDatabaseAway(e)))
        {
            await WithQueueAsync(queue => queue.GiveBackAsync(test.Id, lease, CancellationToken.None));
            throw;
        }
        catch (Exception e)
        {
            // Nobody served the page: the hub is being started again, or the way to it is cut. That is no attempt.
            if (!await browsers.IsServedAsync(new Uri(origins.Runtime), s_afterFault, stopping))
            {
                await WithQueueAsync(queue => queue.GiveBackAsync(test.Id, lease, CancellationToken.None));
                await Task.Delay(s_afterFault, time, stopping);
                return;
            }
            var why = e is BrowserFaultException ? e.Message : "The hub met a fault of its own.";
            LogFault(e, test.Package, why);
            await WithQueueAsync(queue => queue.FaultAsync(test.Id, lease, why, CancellationToken.None));
        }
    }

    private async Task<(PackageStatus Outcome, string Detail)> OpenAsync(PackageTest test, ContentAddress place, string label, PackageTestSaid said, CancellationToken ct)
    {
        var (result, report) = await VisitAsync(TestPages.Page);
        var judged = report.Judge(said.Modules, result);
        if (judged.Outcome is PackageStatus.Works) return judged;
        if (result.Evidence.Requests.FirstOrDefault(IsHubsFault) is { } failed) throw new BrowserFaultException($"The hub answered {failed.Reason} for {failed.Url}.");
        if (report.HasBegun) return judged;
        // It may not have been the package that kept the page from starting.
        var (_, control) = await VisitAsync(TestPages.Control);
        return control.HasBegun ? judged : throw new BrowserFaultException($"{Interpreters.NameOf(test.Interpreter)} of {test.Release} did not start, without any package.");

        async Task<(SmokeResult Result, TestReport Report)> VisitAsync(string page)
        {
            var opened = await runner.RunAsync(new PageToOpen(place.Of(page), test.Interpreter, origins.Runtime, [TestPages.Page, TestPages.Control, "main.py", "control.py"]), ct);
            return (opened.Result, TestReport.Read(label, opened.Result.Evidence.Console));
        }
    }

    // Of the hub, not of the browser: a package has no hand in it.
    private async Task<PackageTestSaid?> SaidAsync(ContentAddress place) =>
        await browsers.ReadAsync(new Uri(place.Of(PackageTestSaid.Path)), s_toSay) is { } text ? JsonSerializer.Deserialize<PackageTestSaid>(text, JsonSerializerOptions.Web) : null;

    private bool IsHubsFault(ProblemRequest request) =>
        request.Reason is ['5', >= '0' and <= '9', >= '0' and <= '9', ..] && Uri.TryCreate(request.Url, UriKind.Absolute, out var url)
        && origins.Classify(new HostString(url.Authority)).Kind is HostKind.Content or HostKind.Runtime;

    // Goes on until the test ends, whatever comes; ends it where another worker got it.
    private async Task RenewAsync(Guid test, Guid lease, CancellationTokenSource ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(PackageTestQueue.Heartbeat, time, ended.Token);
                if (!await WithQueueAsync(queue => queue.RenewAsync(test, lease, ended.Token))) await ended.CancelAsync();
            }
            catch (Exception) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Problems.IsDatabaseAway(e))
            {
                // The page goes on; what it comes to is written where nobody else took it by then.
            }
        }
    }

    private async Task<T> WithQueueAsync<T>(Func<PackageTestQueue, Task<T>> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PackageTestQueue>());
    }

    [LoggerMessage(LogLevel.Information, "Package {Package} in {Interpreter} of {Release}: {Outcome}")]
    private partial void LogDone(string package, Interpreter interpreter, string release, PackageStatus outcome);

    [LoggerMessage(LogLevel.Warning, "The test of package {Package} met a fault of the hub or of the browser: {Why}")]
    private partial void LogFault(Exception e, string package, string why);
}
