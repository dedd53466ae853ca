using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Tests.Projects;

public sealed class FilePathTests
{
    [Theory]
    [InlineData("index.html")]
    [InlineData("a/b/c.py")]
    [InlineData("日本語/ファイル.py")]
    [InlineData("with space.txt")]
    [InlineData(".gitignore")]
    [InlineData("a.b.c/d..e.txt")]
    [InlineData("😀.py")]
    [InlineData("1/2/3/4/5/6/7/8/9/10")]
    public void A_path_that_any_computer_can_keep_is_taken_as_it_is(string text) =>
        FilePath.Parse(text).Value.Value.ShouldBe(text);

    [Theory]
    [InlineData("/etc/passwd", "absolute_path")]
    [InlineData("\\\\server\\share", "absolute_path")]
    [InlineData("C:/x", "absolute_path")]
    [InlineData("c:x", "absolute_path")]
    [InlineData("../x", "path_traversal")]
    [InlineData("a/../../x", "path_traversal")]
    [InlineData("a\\..\\x", "path_traversal")]
    [InlineData("..", "path_traversal")]
    [InlineData("", "bad_name")]
    [InlineData("a//b", "bad_name")]
    [InlineData("a/", "bad_name")]
    [InlineData("./a", "bad_name")]
    [InlineData("a\u0000b", "bad_name")]
    [InlineData("a\nb", "bad_name")]
    [InlineData("a\u007fb", "bad_name")]
    [InlineData("a\u0085b", "bad_name")]
    [InlineData("a\u202Egpj.exe", "bad_name")]
    [InlineData("a\u2066b", "bad_name")]
    [InlineData("con", "bad_name")]
    [InlineData("NUL.txt", "bad_name")]
    [InlineData("a/lpt1.py", "bad_name")]
    [InlineData("a?b", "bad_name")]
    [InlineData("a\\b", "bad_name")]
    [InlineData("a ", "bad_name")]
    [InlineData("a.", "bad_name")]
    [InlineData(" a", "bad_name")]
    [InlineData(".hub/x", "bad_name")]
    [InlineData(".HUB/x", "bad_name")]
    [InlineData(".hub", "bad_name")]
    [InlineData("1/2/3/4/5/6/7/8/9/10/11", "bad_name")]
    public void A_path_that_could_do_harm_or_cannot_be_kept_is_refused_with_its_code(string text, string code)
    {
        var error = FilePath.Parse(text).Error.ShouldBeOfType<Error.Invalid>();
        error.Code.ShouldBe(code);
        error.Message.Any(char.IsControl).ShouldBeFalse();
    }

    // An attribute cannot carry half a character.
    [Fact]
    public void A_path_that_is_not_valid_Unicode_is_refused() => FilePath.Parse($"a{(char)0xD800}b").Error!.Code.ShouldBe("bad_name");

    [Fact]
    public void Two_spellings_of_one_letter_are_one_path() =>
        FilePath.Parse("cafe\u0301.py").Value.ShouldBe(FilePath.Parse("caf\u00e9.py").Value);

    [Fact]
    public void A_path_has_240_bytes_of_utf8_at_most()
    {
        FilePath.Parse(new string('a', 240)).IsOk.ShouldBeTrue();
        FilePath.Parse(new string('a', 241)).Error!.Code.ShouldBe("bad_name");
        FilePath.Parse(new string('ä', 121)).Error!.Code.ShouldBe("bad_name");
    }
}
