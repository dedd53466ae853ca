using System.Net;
using System.Text.RegularExpressions;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

/// <summary>What a person does with pages: read them, and send their forms with what the forms carry.</summary>
static partial class PageClient
{
    /// <summary>Reads a page and asserts its status.</summary>
    public static async Task<string> PageAsync(this HttpClient client, string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await client.GetAsync(path);
        var html = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, html);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        return html;
    }

    /// <summary>Opens a page and sends one of its forms.</summary>
    public static async Task<HttpResponseMessage> SendFormAsync(
        this HttpClient client, string page, string handler, params (string Name, string Value)[] fields)
    {
        using var opened = await client.GetAsync(page);
        var html = await opened.Content.ReadAsStringAsync();
        opened.StatusCode.ShouldBe(HttpStatusCode.OK, html);
        var token = Token().Match(html).Groups["value"].Value;
        token.ShouldNotBeEmpty(html);
        var path = page.Split('?')[0];
        using var request = new HttpRequestMessage(HttpMethod.Post, handler.Length == 0 ? path : $"{path}?handler={handler}")
        {
            Content = new FormUrlEncodedContent(
                [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), new("__RequestVerificationToken", token)]),
        };
        if (opened.Headers.TryGetValues("Set-Cookie", out var cookies)) request.Headers.Add("Cookie", cookies.Select(cookie => cookie.Split(';')[0]));
        return await client.SendAsync(request);
    }

    /// <summary>The antiforgery token that a page's forms carry.</summary>
    public static string TokenOf(string html) => Token().Match(html).Groups["value"].Value;

    /// <summary>Where a response leads.</summary>
    public static string Leads(this HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.Found);
        return response.Headers.Location!.ToString();
    }

    /// <summary>The path of a project's page on the hub.</summary>
    public static string PagePath(this System.Text.Json.JsonElement project) => $"/@{project.Text("owner")}/{project.Text("slug")}";

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
