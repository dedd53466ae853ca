using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Libraries;

/// <summary>Registries and archives that do not keep to the rules: the project is published all the same, and nothing of theirs is kept.</summary>
public sealed class BadRegistryTests(LibraryStage stage) : IClassFixture<LibraryStage>
{
    [Fact]
    public async Task Bytes_of_another_hash_are_refused()
    {
        stage.Registry.Put("forged", "1.0.0", NpmServer.Tarball("forged", "1.0.0", "", ("index.js", "1")), integrity: $"sha512-{Convert.ToBase64String(new byte[64])}");
        await ShouldStayAsync("forged", "do not have the hash");
    }

    [Fact]
    public async Task A_version_without_a_sha512_is_refused()
    {
        stage.Registry.Put("unsigned", "1.0.0", NpmServer.Tarball("unsigned", "1.0.0", ""), integrity: "sha1-AAAA");
        await ShouldStayAsync("unsigned", "gives no sha512");
    }

    [Fact]
    public async Task Another_package_than_the_one_that_was_asked_for_is_refused()
    {
        stage.Registry.Put("mask", "1.0.0", NpmServer.Tarball("face", "1.0.0", ""));
        await ShouldStayAsync("mask", "is face@1.0.0 by its own package.json");
    }

    [Theory]
    [InlineData("climber", "package/../../evil.js")]
    [InlineData("rooted", "/etc/evil.js")]
    [InlineData("backwards", "package/a\\..\\evil.js")]
    public async Task A_name_that_leads_elsewhere_is_refused(string name, string path)
    {
        stage.Registry.Put(name, "1.0.0", NpmServer.Archive(("package/package.json", $$"""{"name": "{{name}}", "version": "1.0.0"}"""), (path, "evil")));
        await ShouldStayAsync(name, "it was not unpacked");
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_more_than_the_bound_is_refused()
    {
        stage.Registry.Put("bomb", "1.0.0", NpmServer.Archive(
            [("package/package.json", """{"name": "bomb", "version": "1.0.0"}"""), .. Enumerable.Range(0, 9).Select(i => ($"package/{i}.js", new string(' ', 32 * 1024 * 1024)))]));
        await ShouldStayAsync("bomb", "more than 268435456 bytes");
    }

    [Fact]
    public async Task What_is_no_archive_is_refused()
    {
        stage.Registry.Put("noise", "1.0.0", [1, 2, 3, 4]);
        await ShouldStayAsync("noise", "is broken");
    }

    [Fact]
    public async Task An_archive_on_another_host_is_not_asked_for()
    {
        stage.Registry.Put("elsewhere", "1.0.0", NpmServer.Tarball("elsewhere", "1.0.0", ""), elsewhere: "http://169.254.169.254/elsewhere.tgz");
        await ShouldStayAsync("elsewhere", "169.254.169.254 is no upstream");
    }

    [Fact]
    public async Task The_same_version_with_other_bytes_is_refused_and_what_is_held_stays()
    {
        stage.Registry.Add("stable", "1.0.0", "", ("index.js", "first"));
        var (_, page) = await PublishAsync("stable");
        page.ShouldContain("/npm/stable@1.0.0/index.js");
        var archive = Path.Combine(Path.GetTempPath(), $"stable-{Guid.NewGuid():N}.tgz");
        await File.WriteAllBytesAsync(archive, NpmServer.Tarball("stable", "1.0.0", "", ("index.js", "second")), TestContext.Current.CancellationToken);
        try
        {
            var (exit, _, error) = await HubVerb.RunAsync(stage.Hub, "", "npm", "add", archive, "--alone");
            exit.ShouldBe(1);
            error.ShouldContain("The hub holds stable@1.0.0 with other bytes");
        }
        finally
        {
            File.Delete(archive);
        }
        await using var db = stage.Hub.OpenDatabase();
        (await db.NpmReleases.CountAsync(release => release.Name == "stable", TestContext.Current.CancellationToken)).ShouldBe(1);
    }

    [Fact]
    public async Task The_verb_keeps_a_package_with_what_it_needs_and_a_second_time_is_no_change()
    {
        stage.Registry.Add("needs", "1.0.0", "\"dependencies\": {\"needed\": \"^1.0.0\", \"unheard-of\": \"1\"}", ("index.js", "1")).Add("needed", "1.2.0", "", ("index.js", "1"));
        for (var i = 0; i < 2; i++)
        {
            var (exit, output, error) = await HubVerb.RunAsync(stage.Hub, "", "npm", "add", "needs@^1", "--registry", stage.Registry.Address.ToString());
            exit.ShouldBe(0, error);
            output.ShouldContain("needs@1.0.0 is held, and what it needs: needed@1.2.0.");
            output.ShouldContain("Not to be had: unheard-of@1");
        }
        var missing = await HubVerb.RunAsync(stage.Hub, "", "npm", "add", "needs@9", "--registry", stage.Registry.Address.ToString());
        missing.Exit.ShouldBe(1);
        missing.Error.ShouldContain("has no version of needs that is 9");
    }

    [Theory]
    [InlineData("import x from '../../../../../../../../../../../../etc/hostname'; export default x")]
    [InlineData("import x from '/proc/self/environ'; export default x")]
    [InlineData("import x from './../../../../../../../../../../../../etc/passwd'; export default x")]
    public async Task A_module_takes_in_nothing_from_outside_of_its_packages(string script)
    {
        var name = $"thief-{Guid.NewGuid():N}";
        stage.Registry.Add(name, "1.0.0", "\"type\": \"module\"", ("index.js", script));
        var (problem, _) = await PublishAsync(name, $"https://esm.run/{name}");
        problem.ShouldNotBeNull().ShouldContain("outside");
        problem.ShouldNotContain("root:");
    }

    [Fact]
    public async Task A_module_that_takes_in_a_readable_file_from_outside_is_thrown_away()
    {
        var secret = Path.Combine(Path.GetTempPath(), $"secret-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(secret, """{"secret": 1}""", TestContext.Current.CancellationToken);
        try
        {
            stage.Registry.Add("reader", "1.0.0", "\"type\": \"module\"", ("index.js", $"import x from '{secret}'; export default x"));
            var (problem, _) = await PublishAsync("reader", "https://esm.run/reader");
            problem.ShouldNotBeNull().ShouldContain("outside of it");
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public async Task A_dependency_that_is_not_to_be_had_is_named()
    {
        stage.Registry.Add("lacking", "1.0.0", "\"type\": \"module\", \"dependencies\": {\"unheard-of\": \"^3\"}", ("index.js", "import x from 'unheard-of'; export default x"));
        var (problem, _) = await PublishAsync("lacking", "https://esm.run/lacking");
        problem.ShouldNotBeNull().ShouldContain("unheard-of@^3");
    }

    private async Task ShouldStayAsync(string name, string reason)
    {
        var (problem, page) = await PublishAsync(name);
        problem.ShouldNotBeNull().ShouldContain(reason);
        page.ShouldContain($"https://unpkg.com/{name}");
        await using var db = stage.Hub.OpenDatabase();
        (await db.NpmReleases.AnyAsync(release => release.Name == name, TestContext.Current.CancellationToken)).ShouldBeFalse();
    }

    private async Task<(string? Problem, string Page)> PublishAsync(string name, string? address = null)
    {
        var ada = await stage.UserAsync();
        var written = address ?? $"https://unpkg.com/{name}";
        var project = await ada.PublishedAsync(("index.html", $"""<script src="{written}"></script>"""));
        await using var db = stage.Hub.OpenDatabase();
        var row = await db.PublicationLibraries.SingleAsync(row => row.Address == written, TestContext.Current.CancellationToken);
        return (row.Problem, await stage.Hub.Client.GetStringAsync(project.Text("contentUrl"), TestContext.Current.CancellationToken));
    }
}

/// <summary>Registries that are not there, each with a hub of its own.</summary>
public sealed class AbsentRegistryTests
{
    [Theory]
    [InlineData("down", "could not be reached")]
    [InlineData("broken", "answered 500")]
    [InlineData("elsewhere", "is no upstream of this hub")]
    [InlineData("nonsense", "as an npm registry does")]
    public async Task A_registry_that_does_not_answer_is_named_and_what_is_held_is_served(string how, string reason)
    {
        await using var registry = (await NpmServer.StartAsync()).Add("kept", "1.0.0", "", ("index.js", "1")).Add("wanted", "1.0.0", "", ("index.js", "1"));
        await using var hub = await HubServer.StartAsync(options => options with { Packages = new PackageOptions { NpmRegistry = registry.Address } });
        var ada = await hub.UserAsync("ada");
        await ada.PublishedAsync(("index.html", """<script src="https://unpkg.com/kept"></script>"""));
        registry.Instead = how switch
        {
            "broken" => context => Task.FromResult(context.Response.StatusCode = 500),
            "elsewhere" => context =>
            {
                context.Response.Redirect("http://169.254.169.254/");
                return Task.CompletedTask;
            }
            ,
            "nonsense" => context => context.Response.WriteAsync("<html>"),
            _ => null,
        };
        if (how == "down") await registry.DisposeAsync();
        var project = await ada.PublishedAsync(("index.html", """<script src="https://unpkg.com/kept"></script><script src="https://unpkg.com/wanted"></script>"""));
        var page = await hub.Client.GetStringAsync(project.Text("contentUrl"), TestContext.Current.CancellationToken);
        page.ShouldContain("/npm/kept@1.0.0/index.js");
        page.ShouldContain("https://unpkg.com/wanted");
        var shown = WebUtility.HtmlDecode(await hub.Client.GetStringAsync(project.Text("url"), TestContext.Current.CancellationToken));
        shown.ShouldContain(reason);
    }

    [Fact]
    public async Task A_hub_without_a_registry_serves_what_it_holds_and_says_how_to_add_the_rest()
    {
        await using var hub = await HubServer.StartAsync();
        var archive = Path.Combine(Path.GetTempPath(), $"local-{Guid.NewGuid():N}.tgz");
        await File.WriteAllBytesAsync(archive, NpmServer.Tarball("local", "3.1.4", "", ("index.js", "1")), TestContext.Current.CancellationToken);
        try
        {
            (await HubVerb.RunAsync(hub, "", "npm", "add", archive, "--alone")).Output.ShouldContain("local@3.1.4 is held.");
        }
        finally
        {
            File.Delete(archive);
        }
        var ada = await hub.UserAsync("ada");
        var project = await ada.PublishedAsync(("index.html", """<script src="https://unpkg.com/local@3"></script><script src="https://unpkg.com/d3@7"></script>"""));
        var page = await hub.Client.GetStringAsync(project.Text("contentUrl"), TestContext.Current.CancellationToken);
        page.ShouldContain("/npm/local@3.1.4/index.js");
        page.ShouldContain("https://unpkg.com/d3@7");
        WebUtility.HtmlDecode(await hub.Client.GetStringAsync(project.Text("url"), TestContext.Current.CancellationToken)).ShouldContain("npm add d3@7");
    }
}
