using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using PyScriptHub.Web.Tests.Reliability;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>One hub for a class of tests, whose database can be taken away.</summary>
public sealed class EditorStage : IAsyncLifetime
{
    private static int s_people;

    private IPlaywright _playwright = null!;

    internal HubServer Hub { get; private set; } = null!;

    internal DatabaseDoor Door { get; private set; } = null!;

    /// <summary>Owns the projects, and is the other person who works on them.</summary>
    internal HttpClient Author { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Door = new DatabaseDoor(await HubServer.NewDatabaseAsync());
        Hub = await HubServer.StartAsync(connectionString: Door.ConnectionString);
        Author = await Hub.UserAsync("author");
        _playwright = await Playwright.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _playwright.Dispose();
        await Hub.DisposeAsync();
        await Door.DisposeAsync();
    }

    /// <summary>Somebody who is not signed in.</summary>
    internal Task<Person> VisitorAsync(bool deniesStorage = false) => Person.ArriveAsync(_playwright, Hub, deniesStorage: deniesStorage);

    /// <summary>Somebody with an account, signed in.</summary>
    internal async Task<(Person Person, string Name)> MemberAsync()
    {
        var name = await RegisterAsync();
        return (await Person.ArriveAsync(_playwright, Hub, name), name);
    }

    /// <summary>Makes an account; gives its name.</summary>
    internal async Task<string> RegisterAsync()
    {
        var name = $"person-{Interlocked.Increment(ref s_people)}";
        await Visitor.RegisterAsync(Hub, name);
        return name;
    }

    /// <summary>A project of the author's with the text file <c>notes.txt</c>, on which the people work too.</summary>
    internal async Task<JsonElement> ProjectAsync(params string[] people)
    {
        var project = await Author.CreateAsync(new { name = "Notes", files = new Dictionary<string, string> { ["notes.txt"] = "begin\n" } });
        foreach (var person in people)
            (await Author.PutAsJsonAsync($"/api/v1/projects/{project.Text("id")}/members/{person}", new { role = "editor" })).EnsureSuccessStatusCode();
        return project;
    }

    /// <summary>A file as the hub has it.</summary>
    internal Task<string> StoredAsync(JsonElement project, string path = "notes.txt") =>
        Author.GetStringAsync($"/api/v1/projects/{project.Text("id")}/files/{Uri.EscapeDataString(path)}");

    /// <summary>The author saves over whatever is there.</summary>
    internal async Task SaveAsAuthorAsync(JsonElement project, string text, string path = "notes.txt")
    {
        while (true)
        {
            var head = (await (await Author.GetAsync($"/api/v1/projects/{project.Text("id")}")).JsonAsync()).GetProperty("revision").GetInt32();
            using var saved = await Author.PutFileAsync(project.Text("id"), path, text, head);
            if (saved.StatusCode is System.Net.HttpStatusCode.PreconditionFailed) continue;
            saved.EnsureSuccessStatusCode();
            return;
        }
    }
}
