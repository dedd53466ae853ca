using System.Diagnostics;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

public sealed class PackageVersionTests
{
    // The lists of "Version specifiers" on packaging.python.org, each in its order, and some that hold one kind of suffix more.
    private static readonly string[][] s_orders =
    [
        ["0.9", "0.9.1", "0.9.2", "0.9.10", "0.9.11", "1.0", "1.0.1", "1.1", "2.0", "2.0.1"],
        ["2012.4", "2012.7", "2012.10", "2013.1", "2013.6"],
        ["1.0", "1.1", "2.0", "2013.10", "2014.04"],
        ["2013.10", "2014.04", "1!1.0", "1!1.1", "1!2.0"],
        ["0.1", "0.2", "0.3", "1.0", "1.1"],
        ["1.1.0", "1.1.1", "1.1.2", "1.2.0"],
        ["0.9", "1.0a1", "1.0a2", "1.0b1", "1.0rc1", "1.0", "1.1a1"],
        ["0.9", "1.0.dev1", "1.0.dev2", "1.0.dev3", "1.0.dev4", "1.0c1", "1.0c2", "1.0", "1.0.post1", "1.1.dev1"],
        ["2012.1", "2012.2", "2012.3", "2012.15", "2013.1", "2013.2"],
        [
            "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345",
            "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1",
        ],
        ["1.0a1.dev1", "1.0a1", "1.0a1.post1"],
        ["1.0+a", "1.0+a.a", "1.0+a.1", "1.0+b", "1.0+9", "1.0+10", "1.0+10.a", "1.0+10.0", "1.0+10.0.0"],
        ["1.9", "1.99999999999999999999", "1.99999999999999999999.1", "1.100000000000000000000", "18446744073709551616!0"],
    ];

    public static TheoryData<string[]> Orders => [.. s_orders];

    [Theory]
    [MemberData(nameof(Orders))]
    public void Versions_sort_as_the_specification_lists_them(string[] order)
    {
        for (var i = 0; i < order.Length; i++)
        {
            for (var j = 0; j < order.Length; j++) Math.Sign(Version(order[i]).CompareTo(Version(order[j]))).ShouldBe(Math.Sign(i - j), $"{order[i]} and {order[j]}");
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Any_shuffle_of_a_list_sorts_back(string[] order)
    {
        var random = new Random(440);
        for (var round = 0; round < 200; round++)
        {
            var shuffled = order.Select(Version).ToArray();
            random.Shuffle(shuffled);
            Array.Sort(shuffled);
            shuffled.Select(version => version.Text).ShouldBe(order);
        }
    }

    [Theory]
    // Case sensitivity
    [InlineData("1.1RC1", "1.1rc1")]
    [InlineData("1.0.DEV1", "1.0.dev1")]
    [InlineData("1.0+AbC", "1.0+abc")]
    // Integer normalization
    [InlineData("00", "0")]
    [InlineData("09000", "9000")]
    [InlineData("1.0+foo0100", "1.0+foo0100")]
    [InlineData("1.0+0100.foo", "1.0+100.foo")]
    [InlineData("1.0+000", "1.0+0")]
    [InlineData("1.0a05", "1.0a5")]
    [InlineData("1.0.post000", "1.0.post0")]
    [InlineData("1.1.dev09000", "1.1.dev9000")]
    [InlineData("00!1.2", "1.2")]
    [InlineData("0100!0.0", "100!0.0")]
    // Pre-release separators
    [InlineData("1.1.a1", "1.1a1")]
    [InlineData("1.1-a1", "1.1a1")]
    [InlineData("1.1_a1", "1.1a1")]
    [InlineData("1.0a.1", "1.0a1")]
    [InlineData("1.0a-1", "1.0a1")]
    [InlineData("1.0a_1", "1.0a1")]
    // Pre-release spelling
    [InlineData("1.1alpha1", "1.1a1")]
    [InlineData("1.1beta2", "1.1b2")]
    [InlineData("1.1c3", "1.1rc3")]
    [InlineData("1.1pre4", "1.1rc4")]
    [InlineData("1.1preview5", "1.1rc5")]
    [InlineData("1.1-PREVIEW-5", "1.1rc5")]
    // Implicit pre-release number
    [InlineData("1.2a", "1.2a0")]
    [InlineData("1.2.alpha", "1.2a0")]
    // Post-release separators and spelling, implicit number, implicit post-release
    [InlineData("1.2-post2", "1.2.post2")]
    [InlineData("1.2post2", "1.2.post2")]
    [InlineData("1.2.post-2", "1.2.post2")]
    [InlineData("1.2_post_2", "1.2.post2")]
    [InlineData("1.0-r4", "1.0.post4")]
    [InlineData("1.0rev4", "1.0.post4")]
    [InlineData("1.2.post", "1.2.post0")]
    [InlineData("1.0-1", "1.0.post1")]
    [InlineData("1.0a1-2", "1.0a1.post2")]
    // Development release separators and implicit number
    [InlineData("1.2-dev2", "1.2.dev2")]
    [InlineData("1.2dev2", "1.2.dev2")]
    [InlineData("1.2_dev_2", "1.2.dev2")]
    [InlineData("1.2.dev", "1.2.dev0")]
    // Local version segments, the v before, white space around
    [InlineData("1.0+ubuntu-1", "1.0+ubuntu.1")]
    [InlineData("1.0+ubuntu_1", "1.0+ubuntu.1")]
    [InlineData("v1.0", "1.0")]
    [InlineData("V1.0", "1.0")]
    [InlineData("1.0\n", "1.0")]
    [InlineData(" \t\n\r\f\v1.0 \t\n\r\f\v", "1.0")]
    // All at once; a release keeps its zeros
    [InlineData(" v1!2.0.0-ALPHA.3-POST_4.DEV05+Ab-06 ", "1!2.0.0a3.post4.dev5+ab.6")]
    [InlineData("1.0aPOSTdev", "1.0a0.post0.dev0")]
    // The expression in the appendix takes a separator that no number follows.
    [InlineData("1.0a-", "1.0a0")]
    [InlineData("1.0.post.dev3", "1.0.post0.dev3")]
    public void A_version_has_one_normal_form_whatever_its_spelling(string text, string normal)
    {
        var version = Version(text);
        version.ToString().ShouldBe(normal);
        version.ShouldBe(Version(normal));
        version.GetHashCode().ShouldBe(Version(normal).GetHashCode());
        Version(normal).ToString().ShouldBe(normal);
        version.Text.ShouldBe(text.Trim(' ', '\t', '\n', '\r', '\f', '\v'));
    }

    [Theory]
    [InlineData("1.0", "1.0.0")]
    [InlineData("1", "1.0.0.0.0")]
    [InlineData("1.0a1", "1a1")]
    [InlineData("0!3", "3")]
    [InlineData("1.0c1", "1.0rc1")]
    [InlineData("1.0+a", "1+A")]
    public void Versions_that_the_padding_makes_alike_are_equal(string left, string right)
    {
        (Version(left) == Version(right)).ShouldBeTrue();
        Version(left).GetHashCode().ShouldBe(Version(right).GetHashCode());
    }

    [Theory]
    [InlineData("1.0a1", true)]
    [InlineData("1.0b1.post2", true)]
    [InlineData("1.0rc1", true)]
    [InlineData("1.0.dev1", true)]
    [InlineData("1.0.post1.dev1", true)]
    [InlineData("1.0", false)]
    [InlineData("1.0.post1", false)]
    [InlineData("1.0+abc", false)]
    public void Developmental_releases_are_pre_releases_too(string text, bool isPreRelease) => Version(text).IsPreRelease.ShouldBe(isPreRelease);

    [Theory]
    [InlineData("", 0)]
    [InlineData("   ", 3)]
    [InlineData("french toast", 0)]
    [InlineData("1.0-", 3)]
    [InlineData("1.0+", 4)]
    [InlineData("1.0+a+", 5)]
    [InlineData("1.0+_foobar", 4)]
    [InlineData("1.0+foo&asd", 7)]
    [InlineData("1.0+1+1", 5)]
    [InlineData("1.0+a-", 6)]
    [InlineData("1..0", 1)]
    [InlineData("1.", 1)]
    [InlineData(".1", 0)]
    [InlineData("1!", 2)]
    [InlineData("!1", 0)]
    [InlineData("1!2!3", 3)]
    [InlineData("vv1", 1)]
    [InlineData("v 1", 1)]
    [InlineData("1 .0", 2)]
    [InlineData("1.0.dev1.post1", 8)]
    [InlineData("1.0.dev1a1", 8)]
    [InlineData("1.0.*", 3)]
    [InlineData("-1", 0)]
    [InlineData("1.0x", 3)]
    [InlineData("1.0\0", 3)]
    // Digits of other scripts, the letters that lower case would turn into ASCII, a blank that is not one of the six.
    [InlineData("1.\u0661", 1)]
    [InlineData("\uFF11.0", 0)]
    [InlineData("1.0po\u017Ft1", 3)]
    [InlineData("1.0+\u0130", 4)]
    [InlineData("1.0+\u212A", 4)]
    [InlineData("1.0\u00A0", 3)]
    public void What_is_no_version_is_refused_where_it_ends_to_be_one(string text, int position)
    {
        PackageVersion.TryParse(text).ShouldBeNull();
        var error = PackageVersion.Parse(text).Error.ShouldBeOfType<Error.Invalid>();
        (error.Code, error.Position).ShouldBe(("bad_version", position));
        error.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public void Numbers_have_no_bound_but_the_length_of_the_version()
    {
        var large = new string('9', 100);
        Version($"{large}!{large}.1").ToString().ShouldBe($"{large}!{large}.1");
        Version(new string('9', 250)).CompareTo(Version("1" + new string('0', 249))).ShouldBePositive();
        Version($"1.0+{large}").CompareTo(Version($"1.0+1{large}")).ShouldBeNegative();
    }

    [Theory]
    [InlineData("9")]
    [InlineData("0")]
    [InlineData("1.")]
    [InlineData("a-")]
    [InlineData(" ")]
    [InlineData("+a.")]
    public void A_version_of_a_million_characters_is_refused_in_no_time(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length));
        var watch = Stopwatch.StartNew();
        PackageVersion.TryParse(text).ShouldBeNull();
        PackageVersion.Parse(text).Error!.Message.Length.ShouldBeLessThan(250);
        PackageVersion.Parse("1" + text).Error!.Code.ShouldBe("bad_version");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static PackageVersion Version(string text) => PackageVersion.Parse(text).Value.ShouldNotBeNull(text);
}
