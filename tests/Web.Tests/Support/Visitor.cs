using System.Net;
using System.Net.Http.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Accounts;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>Somebody with a browser, as far as HTTP goes: keeps cookies, says where a form stands, fills forms in. Follows no redirect.</summary>
public sealed class Visitor(HubServer hub)
{
    public const string Password = "five green umbrellas";

    /// <summary>The cookies that the hub has set, by name.</summary>
    public IDictionary<string, string> Cookies { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What a proxy says of where the visitor is; null without one.</summary>
    public string? From { get; init; }

    /// <summary>The name of the cookie that holds the session.</summary>
    public string SessionCookie => $"hub-{hub.Options.PublicUrl.Port}";

    public bool IsSignedIn => Cookies.ContainsKey(SessionCookie);

    /// <summary>Makes an account with <see cref="Password"/>.</summary>
    public static async Task<HubUser> RegisterAsync(HubServer hub, string userName, bool isAdministrator = false)
    {
        await using var scope = hub.Services.CreateAsyncScope();
        var made = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CreateUser(userName, Password, isAdministrator));
        made.Error.ShouldBeNull();
        return made.Value!;
    }

    /// <summary>Makes an account and signs in to it.</summary>
    public static async Task<Visitor> SignedInAsync(HubServer hub, string userName, bool isAdministrator = false)
    {
        await RegisterAsync(hub, userName, isAdministrator);
        var visitor = new Visitor(hub);
        (await visitor.SignInAsync(userName)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        visitor.IsSignedIn.ShouldBeTrue();
        return visitor;
    }

    public Task<HttpResponseMessage> SignInAsync(string userName, string password = Password, string page = "/sign-in") =>
        SubmitAsync(page, ("userName", userName), ("password", password));

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Opens a page, fills in the form that has these fields, and sends it.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, params (string Name, string Value)[] fields)
    {
        var (action, values) = await FillAsync(page, fields);
        return await PostAsync(action, values);
    }

    /// <summary>Opens a page and fills in the form that has these fields; does not send it.</summary>
    public async Task<(string Action, Dictionary<string, string> Values)> FillAsync(string page, params (string Name, string Value)[] fields)
    {
        using var response = await GetAsync(page);
        var html = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, $"{html} {string.Join(Environment.NewLine, hub.Log.All.TakeLast(3))}");
        using var document = new HtmlParser().ParseDocument(html);
        var form = document.QuerySelectorAll<IHtmlFormElement>("form[method=post]")
            .First(form => fields.All(field => form.QuerySelector($"[name='{field.Name}']") is not null));
        var values = form.QuerySelectorAll<IHtmlInputElement>("input[name]").Where(input => input.Type is "hidden")
            .ToDictionary(input => input.Name!, input => input.Value, StringComparer.Ordinal);
        foreach (var (name, value) in fields) values[name] = value;
        return (form.GetAttribute("action") ?? page, values);
    }

    /// <summary>Sends a form as a page of the hub does, or of another site.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> values, string? origin = null) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(values) }, origin ?? hub.Url);

    /// <summary>Calls the API as a script does.</summary>
    public Task<HttpResponseMessage> PostJsonAsync(string path, object body, string? origin, string? antiforgeryToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (antiforgeryToken is not null) request.Headers.Add("RequestVerificationToken", antiforgeryToken);
        return SendAsync(request, origin);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? origin = null)
    {
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (From is not null) request.Headers.Add("X-Forwarded-For", From);
        if (Cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        var response = await hub.Client.SendAsync(request);
        foreach (var set in response.Headers.TryGetValues("Set-Cookie", out var all) ? all : [])
        {
            var (name, value) = set.Split(';')[0].Split('=', 2) is [var n, var v] ? (n, v) : throw new FormatException(set);
            if (value.Length == 0) Cookies.Remove(name);
            else Cookies[name] = value;
        }
        return response;
    }
}
