using System.Net;
using System.Net.Http.Json;
using System.Text;
using PyScriptHub.Web.Tests.Pages;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Http;

/// <summary>How much anybody may send, and that what may be long still may.</summary>
public sealed class BodyLimitTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    // The choice of a language that cannot be read is none, and leads back.
    [Theory]
    [InlineData("/sign-in", "400|413")]
    [InlineData("/register", "400|413")]
    [InlineData("/reset", "400|413")]
    [InlineData("/language", "302")]
    public async Task A_strangers_form_is_short(string path, string answer)
    {
        using var large = await PostAsync(path, $"userName={new string('a', 100_000)}");
        $"{(int)large.StatusCode}".ShouldMatch($"^({answer})$");
        using var manyValues = await PostAsync(path, string.Join('&', Enumerable.Range(0, 2_000).Select(i => $"a{i}=1")));
        $"{(int)manyValues.StatusCode}".ShouldMatch($"^({answer})$");
        // A server that goes on reading would answer only when all is there, which is never.
        using var connection = new System.Net.Sockets.NetworkStream(await HubClients.ConnectAsync(Hub.Options.PublicUrl, CancellationToken.None), ownsSocket: true);
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost:{Hub.Options.PublicUrl.Port}\r\nOrigin: {Hub.Url}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20000000\r\n\r\na=";
        await connection.WriteAsync(Encoding.ASCII.GetBytes(head));
        var line = await new StreamReader(connection).ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        line.ShouldNotBeNull().ShouldMatch($"^HTTP/1.1 ({answer}) ");
    }

    [Fact]
    public async Task Short_JSON_stays_short_and_a_project_with_its_files_may_be_long()
    {
        var ada = await Hub.UserAsync("long-json");
        var made = await ada.CreateAsync(new { name = "Long", files = new Dictionary<string, string>(StringComparer.Ordinal) { ["a.txt"] = new('a', 1_000_000) } });
        await (await ada.PatchAsJsonAsync($"/api/v1/projects/{made.Text("id")}", new { name = new string('a', 100_000) })).ProblemAsync(413, "too_large");
        await (await Hub.Client.PostAsJsonAsync("/api/v1/projects", new { name = new string('a', 1_000_000) })).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task The_hubs_own_texts_may_be_as_long_as_they_say_in_any_script()
    {
        var chief = await Visitor.SignedInAsync(Hub, "writes-long", isAdministrator: true);
        var text = new string('字', HubSettings.TextLength);
        (await chief.SubmitAsync("/admin/texts", ("imprint", text), ("privacy", text))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await chief.SubmitAsync("/admin/texts", ("imprint", ""), ("privacy", ""))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_folder_of_many_files_is_taken_and_a_form_without_files_is_short_there_too()
    {
        var owner = await Hub.UserAsync("brings-many");
        using var opened = await owner.GetAsync("/new");
        var token = PageClient.TokenOf(await opened.Content.ReadAsStringAsync());
        using var form = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" } };
        for (var i = 0; i < 1_500; i++) form.Add(new ByteArrayContent("x"u8.ToArray()), "file", $"folder/f{i}.txt");
        form.Add(new ByteArrayContent(new byte[300_000]), "file", "folder/large.bin");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/new?handler=Import") { Content = form };
        request.Headers.Add("Accept", "application/json");
        request.Headers.Add("Cookie", opened.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        using var made = await owner.SendAsync(request);
        made.StatusCode.ShouldBe(HttpStatusCode.OK, await made.Content.ReadAsStringAsync());

        using var long1 = await owner.PostAsync("/new", new StringContent($"name={new string('a', 100_000)}", Encoding.ASCII, "application/x-www-form-urlencoded"));
        ((int)long1.StatusCode).ShouldBeOneOf(400, 413);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.ASCII, "application/x-www-form-urlencoded") };
        request.Headers.Add("Origin", Hub.Url);
        return await Hub.Client.SendAsync(request);
    }
}
