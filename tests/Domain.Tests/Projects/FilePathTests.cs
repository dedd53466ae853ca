using System.Text.Json;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Tests.Projects;

public sealed class FilePathTests
{
    // The editor refuses by the same rules before it sends anything: its tests read these cases too.
    public static TheoryData<string> Taken => [.. Cases.GetProperty("taken").EnumerateArray().Select(path => path.GetString()!)];

    public static TheoryData<string, string> Refused =>
        new(Cases.GetProperty("refused").EnumerateArray().Select(row => (row.GetProperty("path").GetString()!, row.GetProperty("code").GetString()!)));

    private static JsonElement Cases { get; } = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Projects", "paths.json"))).RootElement;

    [Theory]
    [MemberData(nameof(Taken))]
    public void A_path_that_any_computer_can_keep_is_taken_as_it_is(string text) =>
        FilePath.Parse(text).Value.Value.ShouldBe(text);

    [Theory]
    [MemberData(nameof(Refused))]
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
}
