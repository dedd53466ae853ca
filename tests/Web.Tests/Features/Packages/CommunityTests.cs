using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Packages;

/// <summary>Records in the format of packages.pyscript.net, brought in and answered again.</summary>
public sealed class CommunityTests(SharedHub shared) : IClassFixture<SharedHub>, IDisposable
{
    private const string Numpy = """
        {"status": "red", "notes": "It does not build.\n\nSee `numpy` elsewhere.", "pyodide_versions": {"314.0.2": {"package_version": "2.4.1", "pyscript_version": "2026.7.3"}},
         "updated_by": "somebody", "updated_at": "2026-02-21T17:51:42+00:00", "summary": "Arrays", "examples": [{"title": "One", "code": "print(\"ü \u2603\")"}], "votes": 3}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("pyscript-hub-records-").FullName;

    private HubServer Hub => shared.Hub;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Records_are_imported_without_loss_and_again_without_change()
    {
        await Hub.KnowPackagesAsync();
        Write("api/package/numpy.json", Numpy);
        Write("api/package/made_Up.Thing.json", Record("amber", "2026-01-01"));
        Write("api/package/surely-red.json", Record("red", "2026-01-01"));
        Write("api/package/oldest.json", """{"status": "green", "supported_versions": {}}""");
        Write("api/all.json", $$"""{"numpy": {{Numpy}}, "only-here": {{Record("green", "2026-03-01")}}}""");
        Write("api/last_run.json", """{"last_run": "2026-07-09T15:26:10.832300+00:00"}""");
        Write("package.json", """{"name": "no record, and not of the list"}""");
        var first = await ImportAsync(_folder);
        first.Exit.ShouldBe(0, first.Error);
        first.Output.ShouldContain("5 of 5 records");
        first.Output.ShouldContain("5 new, 0 known before, 0 refused.");
        await using var db = Hub.OpenDatabase();
        var kept = await db.PackageEvidence.SingleAsync(entry => entry.Package == "numpy" && entry.Kind == EvidenceKind.Community);
        JsonElement.DeepEquals(JsonDocument.Parse(kept.Payload!).RootElement, JsonDocument.Parse(Numpy).RootElement).ShouldBeTrue();
        (kept.Outcome, kept.Release, kept.At).ShouldBe((PackageStatus.Fails, null, new DateTimeOffset(2026, 2, 21, 17, 51, 42, TimeSpan.Zero)));
        (await db.Packages.SingleAsync(package => package.Name == "made-up-thing")).DisplayName.ShouldBe("made_Up.Thing");

        var again = await ImportAsync(_folder);
        again.Output.ShouldContain("0 new, 5 known before, 0 refused.");
        (await db.PackageEvidence.CountAsync(entry => entry.Package == "numpy" && entry.Kind == EvidenceKind.Community)).ShouldBe(1);

        // Every status is the hub's own; what else the record says is kept, under any spelling.
        var numpy = await JsonAsync("/api/package/NumPy.json");
        numpy.Text("status").ShouldBe("green");
        numpy.Text("notes").ShouldBe("It does not build.\n\nSee `numpy` elsewhere.");
        (numpy.Text("updated_by"), numpy.Text("updated_at"), numpy.Text("summary")).ShouldBe(("somebody", "2026-02-21T17:51:42+00:00", "Arrays"));
        numpy.GetProperty("pyodide_versions").GetProperty("314.0.2").Text("package_version").ShouldBe("2.4.1");
        numpy.GetProperty("examples")[0].Text("code").ShouldBe("print(\"ü ☃\")");
        numpy.GetProperty("votes").GetInt32().ShouldBe(3);
        (await JsonAsync("/api/package/made-up_THING.json")).Text("status").ShouldBe("amber");
        (await JsonAsync("/api/package/surely_red.json")).Text("status").ShouldBe("red");
        AssertShape(await JsonAsync("/api/package/oldest.json"));
    }

    [Fact]
    public async Task What_is_no_record_is_named_and_the_rest_is_imported()
    {
        Write("package/good-one.json", Record("green", "2026-01-01"));
        Write("package/cut.json", """{"status": "green", """);
        Write("package/purple.json", Record("purple", "2026-01-01"));
        Write("package/number.json", """{"status": 1}""");
        Write("package/list.json", "[]");
        Write("package/nothing.json", "{}");
        Write("package/zero.json", """{"status": "green", "notes": "a\u0000b"}""");
        Write("package/half.json", """{"status": "green", "notes": "\ud800"}""");
        Write("package/na me.json", Record("green", "2026-01-01"));
        Write("package/раndas.json", Record("green", "2026-01-01"));
        Write("package/same_one.json", Record("green", "2026-01-01"));
        Write("package/Same.One.json", Record("red", "2026-02-01"));
        Write("all.json", $$"""{"{{new string('n', 10_000)}}": {{Record("green", "2026-01-01")}}, "../../up": {{Record("green", "2026-01-01")}}, "good-two": {{Record("green", "2026-01-01")}}, "no": 3}""");
        var import = await ImportAsync(_folder);
        import.Exit.ShouldBe(1);
        foreach (var refused in new[] { "cut.json: It is not JSON", "purple.json: Its status is \"purple\"", "number.json: Its status is 1", "list.json", "nothing.json", "zero.json", "half.json", "na me.json", "раndas.json", "nnnn", "../../up", "no: It is no object" })
            import.Error.ShouldContain(refused);
        import.Output.ShouldContain("same-one: 2 records that differ");
        import.Output.ShouldContain("4 new, 0 known before, 12 refused.");
        await using var db = Hub.OpenDatabase();
        (await db.Packages.CountAsync(package => package.Name == "good-one" || package.Name == "good-two")).ShouldBe(2);
        // Both are kept, and the newer counts.
        (await db.PackageEvidence.CountAsync(entry => entry.Package == "same-one")).ShouldBe(2);
        (await JsonAsync("/api/package/same-one.json")).Text("status").ShouldBe("red");
    }

    [Fact]
    public async Task An_archive_is_read_in_place_and_one_that_unpacks_endlessly_is_refused()
    {
        var zip = Path.Combine(_folder, "records.zip");
        await File.WriteAllBytesAsync(zip, Zip.Of(("packages-main/api/package/zipped.json", Record("amber", "2026-01-01")), ("packages-main/api/package/../../../escaped.json", Record("green", "2026-01-01"))));
        var import = await ImportAsync(zip);
        import.Exit.ShouldBe(1);
        import.Error.ShouldContain("leads out of the archive");
        import.Output.ShouldContain("1 new, 0 known before, 1 refused.");
        (await JsonAsync("/api/package/zipped.json")).Text("status").ShouldBe("amber");

        var bomb = Path.Combine(_folder, "bomb.zip");
        await File.WriteAllBytesAsync(bomb, Zip.Of(("package/bomb.json", "{\"status\": \"green\", \"notes\": \"" + new string(' ', 40_000_000) + "\"}")));
        var refused = await ImportAsync(bomb);
        refused.Exit.ShouldBe(1);
        refused.Error.ShouldContain("bomb.zip: The archive unpacks to more than 200 times its length.");

        (await ImportAsync(Path.Combine(_folder, "nowhere"))).Error.ShouldContain("There is neither a folder nor a file of this name.");
    }

    [Fact]
    public async Task The_documents_have_the_shape_that_clients_of_the_list_expect()
    {
        await Hub.KnowPackagesAsync();
        var answer = await Hub.Client.GetAsync("/api/all.json");
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var all = (await answer.JsonAsync()).EnumerateObject().ToList();
        all.Count.ShouldBeGreaterThan(300);
        foreach (var record in all) AssertShape(record.Value);
        all.ShouldContain(record => record.Name.Equals("pillow", StringComparison.OrdinalIgnoreCase));
        // Neither a module of an interpreter nor a shared library nor a test suite is something to install.
        all.ShouldNotContain(record => record.Name == "asyncio" || record.Name == "numpy-tests" || record.Name == "libgmp");
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/all.json");
        request.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        (await Hub.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.NotModified);

        var top = await JsonAsync("/api/top_100_pypi_packages.json");
        top.Text("last_updated").Length.ShouldBe("2026-07-01 06:34:06".Length);
        var packages = top.GetProperty("packages").EnumerateArray().ToList();
        packages.Count.ShouldBe(100);
        packages.Select(package => package.Text("package_name")).ShouldBeUnique();
        foreach (var package in packages)
        {
            package.GetProperty("downloads").GetInt64().ShouldBeGreaterThan(0);
            new[] { "green", "amber", "red" }.ShouldContain(package.Text("status"));
            package.Text("summary").ShouldNotBeEmpty();
        }
        packages.Single(package => package.Text("package_name") == "numpy").Text("status").ShouldBe("green");
        DateTimeOffset.TryParse((await JsonAsync("/api/last_run.json")).Text("last_run"), CultureInfo.InvariantCulture, out _).ShouldBeTrue();

        foreach (var spelling in new[] { "Pillow", "PILLOW", "scikit_learn", "scikit.learn" }) AssertShape(await JsonAsync($"/api/package/{spelling}.json"));
        var unknown = await Hub.Client.GetAsync("/api/package/nobody-knows-it.json");
        await unknown.ProblemAsync(404, "not_found");
        unknown.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
    }

    [Fact]
    public async Task A_claim_that_the_lock_contradicts_is_shown_with_both_sides()
    {
        await Hub.KnowPackagesAsync();
        Write("package/bokeh.json", Record("red", "2026-01-01"));
        (await ImportAsync(_folder)).Exit.ShouldBe(0);
        await using var db = Hub.OpenDatabase();
        var facts = (await db.PackageEvidence.AsNoTracking().Where(entry => entry.Package == "bokeh").ToListAsync()).ConvertAll(entry => entry.Fact);
        var standing = PackageStanding.Of(facts, Interpreter.Pyodide, Hub.Release());
        (standing.Status, standing.Deciding!.Kind, standing.Against!.Kind).ShouldBe((PackageStatus.Works, EvidenceKind.Lock, EvidenceKind.Community));
    }

    private static void AssertShape(JsonElement record)
    {
        new[] { "green", "amber", "red" }.ShouldContain(record.Text("status"));
        foreach (var text in new[] { "notes", "updated_by", "updated_at", "summary" }) record.GetProperty(text).ValueKind.ShouldBe(JsonValueKind.String, text);
        foreach (var version in record.GetProperty("pyodide_versions").EnumerateObject())
        {
            version.Value.Text("package_version").ShouldNotBeNull();
            version.Value.Text("pyscript_version").ShouldNotBeNull();
        }
    }

    private static string Record(string status, string day) =>
        $$"""{"status": "{{status}}", "notes": "Tried.", "pyodide_versions": {}, "updated_by": "Community contribution", "updated_at": "{{day}}T10:00:00+00:00", "summary": "A thing"}""";

    private async Task<JsonElement> JsonAsync(string path) => await (await Hub.Client.GetAsync(path)).JsonAsync();

    private Task<(int Exit, string Output, string Error)> ImportAsync(string path) => HubVerb.RunAsync(Hub, "", "packages", "import", path);

    private void Write(string path, string text)
    {
        var file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
