using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

public sealed class PackageNameTests
{
    // "Names and normalization" of packaging.python.org.
    [Theory]
    [InlineData("friendly-bard")]
    [InlineData("Friendly-Bard")]
    [InlineData("FRIENDLY-BARD")]
    [InlineData("friendly.bard")]
    [InlineData("friendly_bard")]
    [InlineData("friendly--bard")]
    [InlineData("FrIeNdLy-._.-bArD")]
    public void All_spellings_of_a_name_are_one_name_and_stay_as_they_were_written(string text)
    {
        var name = PackageName.Parse(text).Value;
        name.Key.ShouldBe("friendly-bard");
        name.ToString().ShouldBe(text);
        PackageName.FromStored(text).ShouldBe(name);
        name.ShouldBe(PackageName.Parse("friendly-bard").Value);
        name.GetHashCode().ShouldBe(PackageName.Parse("friendly-bard").Value.GetHashCode());
        name.CompareTo(PackageName.Parse("friendly-bard").Value).ShouldBe(0);
    }

    [Theory]
    [InlineData("A")]
    [InlineData("0")]
    [InlineData("A.B-C_D")]
    [InlineData("3to2")]
    [InlineData("backports.ssl_match_hostname")]
    public void A_name_of_letters_digits_and_separators_between_them_is_one(string text) => PackageName.Parse(text).IsOk.ShouldBeTrue();

    [Theory]
    [InlineData("", 0)]
    [InlineData("-a", 0)]
    [InlineData("_", 0)]
    [InlineData("a-", 1)]
    [InlineData("abc.", 3)]
    [InlineData("a b", 1)]
    [InlineData("a\n", 1)]
    [InlineData("../etc", 2)]
    [InlineData("a/b", 1)]
    [InlineData("a\\b", 1)]
    [InlineData("a\0", 1)]
    // Cyrillic а, full-width digit, long s and the sign for Kelvin, which lower case turns into an ASCII letter.
    [InlineData("n\u0430mpy", 1)]
    [InlineData("a\uFF11", 1)]
    [InlineData("pa\u017Fs", 2)]
    [InlineData("\u212Aeras", 0)]
    [InlineData("a\u200Bb", 1)]
    public void A_name_that_is_none_is_refused_at_the_character_that_is_wrong(string text, int position)
    {
        var error = PackageName.Parse(text).Error.ShouldBeOfType<Error.Invalid>();
        (error.Code, error.Position).ShouldBe(("bad_name", position));
        error.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public void A_name_has_200_characters_and_no_more()
    {
        PackageName.Parse(new string('a', 200)).IsOk.ShouldBeTrue();
        PackageName.Parse(new string('a', 201)).Error!.Code.ShouldBe("bad_name");
        PackageName.Parse(new string('a', 10_000)).Error!.Message.Length.ShouldBeLessThan(200);
        PackageName.Parse(new string('-', 1_000_000)).Error!.Code.ShouldBe("bad_name");
    }

    [Fact]
    public void A_name_that_was_never_read_equals_none_and_throws_nothing()
    {
        default(PackageName).ShouldNotBe(PackageName.Parse("a").Value);
        default(PackageName).GetHashCode().ShouldBe(0);
    }
}
