using System.Net;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

/// <summary>The look-up of packages, with what the hub knows out of the box.</summary>
public sealed class PackagePageTests(PackagePageTests.Stage stage) : IClassFixture<PackagePageTests.Stage>
{
    [Theory]
    [InlineData("numpy", "numpy")]
    [InlineData("NumPy", "numpy")]
    [InlineData("Pillow", "pillow")]
    [InlineData("PIL", "pillow")]
    [InlineData("sklearn", "scikit-learn")]
    [InlineData("scikit_learn", "scikit-learn")]
    [InlineData("cv2", "opencv-python")]
    [InlineData("yaml", "pyyaml")]
    [InlineData("nunpy", "numpy")]
    [InlineData("mtaplotlib", "matplotlib")]
    [InlineData("scikit-lern", "scikit-learn")]
    [InlineData("beautifulsop4", "beautifulsoup4")]
    [InlineData("asyncio", "asyncio")]
    public async Task A_search_finds_names_in_any_spelling_imports_and_near_misses(string words, string name)
    {
        var found = await (await stage.Hub.Client.GetAsync($"/api/v1/packages?q={Uri.EscapeDataString(words)}")).JsonAsync();
        found.GetProperty("items")[0].Text("name").ShouldBe(name);
        (await stage.Hub.Client.GetStringAsync($"/packages?q={Uri.EscapeDataString(words)}")).ShouldContain($"href=\"/packages/{name}\"");
    }

    [Fact]
    public async Task A_status_narrows_a_search_down()
    {
        var fails = await (await stage.Hub.Client.GetAsync("/api/v1/packages?q=numpy&interpreter=micropython&status=works")).JsonAsync();
        fails.GetProperty("items").EnumerateArray().ShouldNotContain(item => item.Text("name") == "numpy");
        var works = await (await stage.Hub.Client.GetAsync("/api/v1/packages?q=numpy&interpreter=pyodide&status=works")).JsonAsync();
        works.GetProperty("items")[0].Text("name").ShouldBe("numpy");
        (await (await stage.Hub.Client.GetAsync("/api/v1/packages?status=good")).ProblemAsync(400, "malformed")).GetProperty("errors").TryGetProperty("status", out _).ShouldBeTrue();
        (await stage.Hub.Client.GetAsync("/api/v1/packages?release=1999.1.1")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_list_of_all_goes_on_where_it_ended()
    {
        var names = new List<string>();
        var cursor = "";
        for (var i = 0; i < 3; i++)
        {
            var page = await (await stage.Hub.Client.GetAsync($"/api/v1/packages?limit=20&cursor={cursor}")).JsonAsync();
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Text("name")));
            cursor = Uri.EscapeDataString(page.Text("nextCursor"));
        }
        names.Distinct(StringComparer.Ordinal).Count().ShouldBe(60);
    }

    [Fact]
    public async Task A_package_has_a_page_with_its_matrix_config_and_proof()
    {
        var page = await stage.Hub.Client.GetStringAsync("/packages/numpy");
        page.ShouldContain("packages = [&quot;numpy&quot;]");
        page.ShouldContain("<link rel=\"canonical\"");
        foreach (var release in new[] { "2026.7.3", "2026.3.1", "2025.11.1", "2024.1.1" }) page.ShouldContain(release);
        var package = await (await stage.Hub.Client.GetAsync("/api/v1/packages/numpy")).JsonAsync();
        package.GetProperty("statuses").GetArrayLength().ShouldBe(8);
        package.GetProperty("evidence").EnumerateArray().ShouldContain(fact => fact.Text("kind") == "lock" && fact.Text("outcome") == "works");
    }

    [Theory]
    [InlineData("/packages/NumPy", "/packages/numpy")]
    [InlineData("/packages/Scikit_Learn", "/packages/scikit-learn")]
    public async Task Other_spellings_lead_to_the_one_address(string path, string target)
    {
        var answer = await stage.Hub.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        answer.Headers.Location!.ToString().ShouldBe(target);
    }

    [Theory]
    [InlineData("nobody-knows-this")]
    [InlineData("..%2F..%2Fetc")]
    [InlineData("n%C2%B2mpy")]
    [InlineData("%D0%BDumpy")]
    [InlineData("'%20OR%201=1")]
    public async Task A_name_that_nothing_is_known_of_gets_a_page_that_says_so(string name)
    {
        var answer = await stage.Hub.Client.GetAsync("/packages/" + name);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("noindex");
        (await (await stage.Hub.Client.GetAsync("/api/v1/packages/" + name)).ProblemAsync(404, "not_found")).ShouldNotBe(default);
    }

    [Fact]
    public async Task A_name_of_ten_thousand_characters_is_no_trouble()
    {
        var name = new string('n', 5_000);
        (await stage.Hub.Client.GetAsync("/packages/" + name)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await stage.Hub.Client.GetAsync("/api/v1/packages?q=" + name)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_badge_says_the_status()
    {
        var answer = await stage.Hub.Client.GetAsync("/packages/numpy/badge.svg?interpreter=pyodide");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/svg+xml");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Pyodide: works");
        (await stage.Hub.Client.GetAsync("/packages/nobody-knows-this/badge.svg")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>A hub that has recorded what locks and interpreters bring.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        public HubServer Hub { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Hub = await HubServer.StartAsync(packsRuntime: true);
            await Hub.KnowPackagesAsync();
        }

        public ValueTask DisposeAsync() => Hub.DisposeAsync();
    }
}
