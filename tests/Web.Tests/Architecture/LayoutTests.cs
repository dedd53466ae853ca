using System.Reflection;
using System.Xml.Linq;
using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Architecture;

public sealed class LayoutTests
{
    private static readonly Assembly s_web = typeof(Hub).Assembly;

    [Theory]
    [InlineData("Domain", "")]
    [InlineData("Runtime.Assets", "")]
    [InlineData("Infrastructure", "Domain")]
    [InlineData("Web", "Domain Infrastructure Runtime.Assets")]
    public void Projects_point_where_the_layout_says(string project, string expected)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        var references = file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)).Order();
        string.Join(' ', references).ShouldBe(expected);
    }

    [Theory]
    [InlineData("Domain")]
    [InlineData("Runtime.Assets")]
    public void What_everything_stands_on_has_no_packages(string project) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj")).Descendants("PackageReference").ShouldBeEmpty();

    [Fact]
    public void A_use_case_is_internal_sealed_and_answers_a_result()
    {
        var handlers = s_web.GetTypes().Where(type => Handles(type) is not null).ToList();
        handlers.Count.ShouldBeGreaterThan(20);
        foreach (var handler in handlers)
        {
            (handler.IsSealed && !handler.IsPublic).ShouldBeTrue(handler.Name);
            var arguments = Handles(handler)!.GetGenericArguments();
            handler.Name.ShouldBe(arguments[0].Name + "Handler");
            arguments[1].GetInterfaces().ShouldContain(typeof(IOutcome), handler.Name);
        }
    }

    [Fact]
    public void Only_use_cases_and_pages_of_a_feature_know_its_requests_and_features_do_not_know_each_other()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Web", "Features"), "*.cs", SearchOption.AllDirectories).ToList();
        sources.Count.ShouldBeGreaterThan(20);
        foreach (var source in sources)
        {
            var feature = Path.GetFileName(Path.GetDirectoryName(source))!;
            var others = File.ReadLines(source).Where(line => line.StartsWith("using PyScriptHub.Web.Features.", StringComparison.Ordinal) && !line.Contains($".{feature};", StringComparison.Ordinal));
            others.ShouldBeEmpty(source);
        }
    }

    [Theory]
    [InlineData("ClaimTypes.", "CurrentUser.cs", "AccessTokenHandler.cs")]
    // Whoever has one address of IPv6 has 2^64: what is counted for an address must be counted for the network.
    [InlineData("RemoteIpAddress", "RequestOrigin.cs")]
    public void Who_calls_and_from_where_is_read_in_one_place(string word, params string[] places)
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Web"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/node_modules/", StringComparison.Ordinal)).ToList();
        var (allowed, others) = (sources.Where(path => places.Contains(Path.GetFileName(path))).ToList(), sources.Where(path => !places.Contains(Path.GetFileName(path))).ToList());
        others.Count.ShouldBeGreaterThan(30);
        allowed.ShouldContain(source => File.ReadAllText(source).Contains(word, StringComparison.Ordinal));
        foreach (var source in others) File.ReadAllText(source).ShouldNotContain(word, Case.Sensitive, source);
    }

    [Theory]
    [InlineData("Manager")]
    [InlineData("Helper")]
    [InlineData("Utils")]
    [InlineData("Common")]
    [InlineData("Dto")]
    [InlineData("Service")]
    public void No_type_hides_behind_a_word_that_says_nothing(string word)
    {
        var types = new[] { s_web, typeof(Result<>).Assembly, typeof(Infrastructure.Persistence.HubDb).Assembly, typeof(RuntimeCatalog).Assembly }
            .SelectMany(assembly => assembly.GetTypes()).Where(type => type.Namespace?.StartsWith("PyScriptHub", StringComparison.Ordinal) ?? false).ToList();
        types.Count.ShouldBeGreaterThan(150);
        // A tag helper is Razor's own word for what it is.
        types.Where(type => type.Name.EndsWith(word, StringComparison.Ordinal) && !type.Name.EndsWith("TagHelper", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static Type? Handles(Type type) => type.GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>));
}
