using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>The calls that tests make over and over, in the API's own terms.</summary>
public static class ApiClient
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Asserts a problem with this status and code, and gives it.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().ShouldBe(code, text);
        return problem;
    }

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static async Task<JsonElement> CreateAsync(this HttpClient client, object? request = null) =>
        await (await client.PostAsJsonAsync("/api/v1/projects", request ?? new { name = "Lesson" })).JsonAsync(HttpStatusCode.Created);

    public static Task<HttpResponseMessage> ImportAsync(this HttpClient client, byte[] zip, string query = "?name=Lesson")
    {
        var content = new ByteArrayContent(zip);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return client.PostAsync($"/api/v1/projects/import{query}", content);
    }

    public static async Task<JsonElement> PublishAsync(this HttpClient client, string id) =>
        await (await client.PostAsync($"/api/v1/projects/{id}/publish", null)).JsonAsync();

    /// <summary>Imports, publishes and answers the project.</summary>
    public static async Task<JsonElement> PublishedAsync(this HttpClient client, params (string Path, string Text)[] files)
    {
        var project = await (await client.ImportAsync(Zip.Of(files))).JsonAsync(HttpStatusCode.Created);
        return await client.PublishAsync(project.Text("id"));
    }

    public static Task<HttpResponseMessage> PutFileAsync(this HttpClient client, string id, string path, string text, int? revision) =>
        client.SendAsync(FileRequest(HttpMethod.Put, id, path, revision, new ByteArrayContent(Encoding.UTF8.GetBytes(text))));

    public static Task<HttpResponseMessage> DeleteFileAsync(this HttpClient client, string id, string path, int? revision) =>
        client.SendAsync(FileRequest(HttpMethod.Delete, id, path, revision, null));

    private static HttpRequestMessage FileRequest(HttpMethod method, string id, string path, int? revision, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, $"/api/v1/projects/{id}/files/{path}") { Content = content };
        if (revision is { } number) request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{number.ToString(CultureInfo.InvariantCulture)}\""));
        return request;
    }
}
