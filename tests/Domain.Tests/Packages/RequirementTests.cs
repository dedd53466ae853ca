using System.Diagnostics;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

public sealed class RequirementTests
{
    private const string Sha1 = "https://github.com/pypa/pip/archive/1.3.1.zip#sha1=da9234ee9982d4bbb3c72346a6de940a148ea686";

    [Theory]
    // The examples in the text of "Dependency specifiers" and "Direct references"
    [InlineData("requests [security,tests] >= 2.8.1, == 2.8.* ; python_version < \"2.7\"", "requests", "security tests", ">=2.8.1,==2.8.*", null, "python_version < \"2.7\"")]
    [InlineData("requests [security,tests] >= 2.8.1, == 2.8.* ; python_version < \"3.7\"", "requests", "security tests", ">=2.8.1,==2.8.*", null, "python_version < \"3.7\"")]
    [InlineData("pip @ " + Sha1, "pip", "", "", Sha1, null)]
    [InlineData("requests[security,tests]", "requests", "security tests", "", null, null)]
    [InlineData("argparse;python_version<\"2.7\"", "argparse", "", "", null, "python_version < \"2.7\"")]
    [InlineData("pip @ file:///localbuilds/pip-1.3.1.zip", "pip", "", "", "file:///localbuilds/pip-1.3.1.zip", null)]
    [InlineData("pip @ file:///localbuilds/pip-1.3.1-py33-none-any.whl", "pip", "", "", "file:///localbuilds/pip-1.3.1-py33-none-any.whl", null)]
    [InlineData("pip @ git+https://github.com/pypa/pip.git@7921be1537eac1e97bc40179a57f0349c2aee67d", "pip", "", "", "git+https://github.com/pypa/pip.git@7921be1537eac1e97bc40179a57f0349c2aee67d", null)]
    [InlineData("pip @ git+https://github.com/pypa/pip.git@1.3.1#7921be1537eac1e97bc40179a57f0349c2aee67d", "pip", "", "", "git+https://github.com/pypa/pip.git@1.3.1#7921be1537eac1e97bc40179a57f0349c2aee67d", null)]
    // The list of the test program at the end of the specification
    [InlineData("A", "A", "", "", null, null)]
    [InlineData("A.B-C_D", "A.B-C_D", "", "", null, null)]
    [InlineData("aa", "aa", "", "", null, null)]
    [InlineData("name", "name", "", "", null, null)]
    [InlineData("name<=1", "name", "", "<=1", null, null)]
    [InlineData("name>=3", "name", "", ">=3", null, null)]
    [InlineData("name>=3,", "name", "", ">=3", null, null)]
    [InlineData("name>=3,<2", "name", "", ">=3,<2", null, null)]
    [InlineData("name@http://foo.com", "name", "", "", "http://foo.com", null)]
    [InlineData("name [fred,bar] @ http://foo.com ; python_version=='2.7'", "name", "fred bar", "", "http://foo.com", "python_version == \"2.7\"")]
    [InlineData("name[quux, strange];python_version<'2.7' and platform_version=='2'", "name", "quux strange", "", null, "python_version < \"2.7\" and platform_version == \"2\"")]
    [InlineData("name; os_name=='a' or os_name=='b'", "name", "", "", null, "os_name == \"a\" or os_name == \"b\"")]
    [InlineData("name; os_name=='a' and os_name=='b' or os_name=='c'", "name", "", "", null, "os_name == \"a\" and os_name == \"b\" or os_name == \"c\"")]
    [InlineData("name; os_name=='a' and (os_name=='b' or os_name=='c')", "name", "", "", null, "os_name == \"a\" and (os_name == \"b\" or os_name == \"c\")")]
    [InlineData("name; os_name=='a' or os_name=='b' and os_name=='c'", "name", "", "", null, "os_name == \"a\" or os_name == \"b\" and os_name == \"c\"")]
    [InlineData("name; (os_name=='a' or os_name=='b') and os_name=='c'", "name", "", "", null, "(os_name == \"a\" or os_name == \"b\") and os_name == \"c\"")]
    // What else the grammar takes
    [InlineData("\t name (>=3,<4)  ", "name", "", ">=3,<4", null, null)]
    [InlineData("name(~=3.1,)", "name", "", "~=3.1", null, null)]
    [InlineData("name ( == 2.* , != 2.1 ) ;os_name=='a'", "name", "", "==2.*,!=2.1", null, "os_name == \"a\"")]
    [InlineData("name===1.0-weird", "name", "", "===1.0-weird", null, null)]
    [InlineData("name[]", "name", "", "", null, null)]
    [InlineData("name[ ]>=1", "name", "", ">=1", null, null)]
    [InlineData("name[Foo_Bar,foo.bar, BAZ]", "name", "foo-bar baz", "", null, null)]
    [InlineData("name>=1,;os_name=='a'", "name", "", ">=1", null, "os_name == \"a\"")]
    [InlineData("name @ ../wheels/name-1.0-py3-none-any.whl", "name", "", "", "../wheels/name-1.0-py3-none-any.whl", null)]
    [InlineData("name@http://foo.com;os_name=='a'", "name", "", "", "http://foo.com;os_name=='a'", null)]
    [InlineData("name @ http://foo.com ;", null, "", "", null, null)]
    public void A_requirement_is_read_as_the_specification_says(string text, string? name, string extras, string versions, string? url, string? marker)
    {
        var result = Requirement.Parse(text);
        if (name is null)
        {
            result.IsOk.ShouldBeFalse();
            return;
        }
        var requirement = result.Value.ShouldNotBeNull(result.Error?.Message);
        requirement.Name.Display.ShouldBe(name);
        string.Join(' ', requirement.Extras).ShouldBe(extras);
        requirement.Versions.ToString().ShouldBe(versions);
        requirement.Url.ShouldBe(url);
        requirement.Marker?.ToString().ShouldBe(marker);
        (requirement.Marker is null).ShouldBe(marker is null);
        Requirement.Parse(requirement.ToString()).Value!.ToString().ShouldBe(requirement.ToString());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("   ", 3)]
    [InlineData("-name", 0)]
    [InlineData("name-", 4)]
    [InlineData("name 1.0", 5)]
    [InlineData("name=1.0", 4)]
    [InlineData("name>=", 6)]
    [InlineData("name>= ,<2", 7)]
    [InlineData("name>=1 2", 8)]
    [InlineData("name>=1,,<2", 8)]
    [InlineData("name>=1.x", 7)]
    [InlineData("name~=1", 6)]
    [InlineData("name (>=1", 9)]
    [InlineData("name()", 5)]
    [InlineData("name >=1)", 8)]
    [InlineData("name[a", 6)]
    [InlineData("name[a b]", 7)]
    [InlineData("name[a,]", 7)]
    [InlineData("name[,a]", 5)]
    [InlineData("name[-a]", 5)]
    [InlineData("name]", 4)]
    [InlineData("name @", 6)]
    [InlineData("name @ ; os_name=='a'", 9)]
    [InlineData("name @ http://a b", 16)]
    [InlineData("name @ http://a\"b", 15)]
    [InlineData("name @ http://\u00e4.example", 14)]
    [InlineData("name>=1 @ http://a", 8)]
    [InlineData("name;", 5)]
    [InlineData("name; ", 6)]
    [InlineData("name; os_nam=='a'", 6)]
    [InlineData("name; os_name", 13)]
    [InlineData("name; os_name = 'a'", 14)]
    [InlineData("name; os_name == a", 17)]
    [InlineData("name; os_name == 'a", 17)]
    [InlineData("name; os_name == 'a' and", 24)]
    [InlineData("name; os_name == 'a' && os_name == 'b'", 21)]
    [InlineData("name; (os_name == 'a'", 21)]
    [InlineData("name; os_name == 'a')", 20)]
    [InlineData("name; os_name not 'a'", 18)]
    [InlineData("name; os_name == 'a\\n'", 19)]
    [InlineData("name; os_name == '\u00e4'", 18)]
    [InlineData("name # comment", 5)]
    [InlineData("name\n", 4)]
    [InlineData("name\u00A0>=1", 4)]
    [InlineData("n\u0430me", 1)]
    [InlineData("name\u2265 1", 4)]
    [InlineData("../../etc/passwd", 0)]
    public void What_is_no_requirement_is_refused_at_the_character_that_is_wrong(string text, int position)
    {
        var error = Requirement.Parse(text).Error.ShouldBeOfType<Error.Invalid>();
        (error.Code, error.Position).ShouldBe(("bad_requirement", position), error.Message);
        error.Message.ShouldContain($"character {position + 1}:");
        error.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Theory]
    [InlineData("name;", "(")]
    [InlineData("name;", "os_name=='a' or ")]
    [InlineData("name;", "'")]
    [InlineData("name;", "not ")]
    [InlineData("name", "[")]
    [InlineData("name", "[a,")]
    [InlineData("name", "(")]
    [InlineData("name", ">=1,")]
    [InlineData("name>=", "1.")]
    [InlineData("name @ ", "http://")]
    [InlineData("", "name")]
    [InlineData("a", "-")]
    [InlineData("", " ")]
    public void A_requirement_that_is_made_to_be_slow_or_deep_is_answered_in_no_time(string start, string part)
    {
        var watch = Stopwatch.StartNew();
        var text = start + string.Concat(Enumerable.Repeat(part, 100_000));
        Requirement.Parse(text).Error!.Message.ShouldContain($"longer than {Requirement.MaximumLength} characters");
        // Just short enough to be read.
        Requirement.Parse(text[..Requirement.MaximumLength]).Error?.Message.Length.ShouldBeLessThan(300);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_name_of_ten_thousand_characters_is_refused_with_its_length() =>
        Requirement.Parse(new string('a', 7_000)).Error!.Message.ShouldContain("longer than 200 characters");
}
