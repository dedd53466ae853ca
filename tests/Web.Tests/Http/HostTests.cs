using System.Net;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Http;

public sealed class HostTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("localhost:1")]
    [InlineData("a.b.localhost:{port}")]
    [InlineData("x_y.localhost:{port}")]
    public async Task A_host_that_is_not_the_hubs_is_answered_421(string host)
    {
        var response = await SendAsync(HttpMethod.Get, "/", host);
        await response.ProblemAsync(421, "misdirected");
    }

    [Fact]
    public async Task A_hosts_case_does_not_matter() =>
        (await SendAsync(HttpMethod.Get, "/api/v1/runtime/releases", "LOCALHOST:{port}")).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData("127.0.0.1:{port}")]
    [InlineData("[::1]:{port}")]
    public async Task A_loopback_address_leads_to_the_hubs_name(string host)
    {
        var response = await SendAsync(HttpMethod.Get, "/packages?q=1", host);
        response.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);
        response.Headers.Location!.ToString().ShouldBe($"{shared.Hub.Url}/packages?q=1");
    }

    [Fact]
    public async Task Health_is_answered_on_any_host() =>
        (await SendAsync(HttpMethod.Get, "/health/live", "10.1.2.3")).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task The_hub_refuses_more_than_32_KB_of_headers_and_a_content_host_clears_planted_cookies()
    {
        var cookie = "planted=" + new string('x', 40_000);
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Cookie", cookie);
        (await shared.Hub.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);

        var ada = await shared.Hub.UserAsync("ada-cookies");
        var project = await ada.PublishedAsync(("index.html", "<p>hi"));
        var bombed = new HttpRequestMessage(HttpMethod.Get, project.Text("contentUrl"));
        bombed.Headers.TryAddWithoutValidation("Cookie", string.Concat(Enumerable.Repeat(cookie + "; ", 8)));
        var page = await shared.Hub.Client.SendAsync(bombed);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.GetValues("Clear-Site-Data").ShouldBe(["\"cookies\""]);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_method_of_the_API_are_problems()
    {
        await (await shared.Hub.Client.GetAsync("/api/v1/nothing")).ProblemAsync(404, "not_found");
        await (await shared.Hub.Client.DeleteAsync("/api/v1/runtime/releases")).ProblemAsync(405, "method_not_allowed");
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string host)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Host = host.Replace("{port}", shared.Hub.Options.PublicUrl.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return shared.Hub.Client.SendAsync(request);
    }
}
