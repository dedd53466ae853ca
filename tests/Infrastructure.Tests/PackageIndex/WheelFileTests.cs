using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Testing;

namespace PyScriptHub.Infrastructure.Tests.PackageIndex;

public sealed class WheelFileTests
{
    private const int UnixLink = 0xA000;

    [Fact]
    public async Task A_wheel_says_what_it_is()
    {
        var builder = new WheelBuilder("Foo-Bar", "1.0.post1").File("foo_bar/__init__.py", "x = 1").File("foo_bar/data, \"raw\".txt", "1")
            .Requires("b>=2", "c; extra == 'X_y'").Python(">=3.8").Header("Provides-Extra", "X_y").Header("Summary", "What it is").Header("Project-URL", "Home-Page, https://example.org/");
        var bytes = builder.Build();
        var wheel = (await ReadAsync(builder.FileName, bytes)).Value.ShouldNotBeNull();
        wheel.Metadata.Name.Display.ShouldBe("Foo-Bar");
        wheel.Metadata.Version.ToString().ShouldBe("1.0.post1");
        wheel.Metadata.Requires.Select(requirement => requirement.ToString()).ShouldBe(["b>=2", "c; extra == \"X_y\""]);
        wheel.Metadata.RequiresPython!.ToString().ShouldBe(">=3.8");
        (wheel.Metadata.Extras.Single(), wheel.Metadata.Summary, wheel.Metadata.HomePage).ShouldBe(("x-y", "What it is", "https://example.org/"));
        Encoding.UTF8.GetString(wheel.MetadataBytes).ShouldStartWith("Metadata-Version: 2.1\nName: Foo-Bar\n");
        wheel.Imports.ShouldBe(["foo_bar"]);
        wheel.Sha256.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        wheel.Length.ShouldBe(bytes.LongLength);
    }

    [Theory]
    [InlineData("a.py", "a")]
    [InlineData("a/__init__.py a/b.py", "a")]
    [InlineData("_a.cpython-314-wasm32-emscripten.so b.abi3.so", "_a b")]
    [InlineData("ruamel/yaml/__init__.py ruamel/yaml/x.py", "ruamel.yaml")]
    [InlineData("google/cloud/one/__init__.py google/cloud/two.py google/three/__init__.py", "google.cloud.one google.cloud.two google.three")]
    [InlineData("a/__init__.py a-1.0.data/scripts/run.py docs/index.html a.pth __pycache__/a.pyc a.libs/x.so 1st/__init__.py", "a")]
    [InlineData("readme.txt", "")]
    public async Task Imports_are_found_in_the_files(string paths, string imports)
    {
        var builder = paths.Split(' ').Aggregate(new WheelBuilder("a", "1.0"), (wheel, path) => wheel.File(path, "x"));
        string.Join(' ', (await ReadAsync(builder)).Value.ShouldNotBeNull().Imports).ShouldBe(imports);
    }

    [Fact]
    public async Task Imports_are_those_that_the_wheel_names_as_far_as_they_are_there()
    {
        var builder = new WheelBuilder("a", "1.0").File("a/__init__.py", "").File("tests/__init__.py", "");
        (await ReadAsync(builder.InfoFile("top_level.txt", "a\ngone\n"))).Value!.Imports.ShouldBe(["a"]);
        builder = new WheelBuilder("a", "1.0").File("a/__init__.py", "").InfoFile("top_level.txt", "gone\n");
        (await ReadAsync(builder)).Value!.Imports.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Several_tags_and_a_signature_are_taken()
    {
        var builder = WheelBuilder.Simple("a", "1.0").Tag("py2.py3-none-any").InfoFile("RECORD.jws", "{}")
            .Record(record => string.Join('\n', record.Split('\n').Where(line => !line.Contains("RECORD.jws", StringComparison.Ordinal))));
        (await ReadAsync(builder)).Value.ShouldNotBeNull().Name.Tags.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("a-1.0.whl", "bad_wheel_name")]
    [InlineData("b-1.0-py3-none-any.whl", "wheel_mismatch")]
    [InlineData("a-1.1-py3-none-any.whl", "wheel_mismatch")]
    [InlineData("a-1.0-cp314-none-any.whl", "wheel_mismatch")]
    [InlineData("A-1.0.0-py3-none-any.whl", null)]
    public async Task A_wheel_under_another_name_is_refused(string fileName, string? code) =>
        (await ReadAsync(fileName, WheelBuilder.Simple("a", "1.0").Build())).Error?.Code.ShouldBe(code);

    [Fact]
    public async Task What_is_no_zip_is_refused()
    {
        var wheel = WheelBuilder.Simple("a", "1.0").Build();
        foreach (var bytes in new[] { [], "<html>"u8.ToArray(), wheel[..^30], wheel[100..], new byte[1000] })
            (await ReadAsync("a-1.0-py3-none-any.whl", bytes)).Error!.Code.ShouldBe("not_a_zip");
    }

    [Theory]
    [InlineData("../a.py", "path_traversal")]
    [InlineData("a/../../b.py", "path_traversal")]
    [InlineData("a\\..\\b.py", "path_traversal")]
    [InlineData("a/./b.py", "path_traversal")]
    [InlineData("a//b.py", "path_traversal")]
    [InlineData("/etc/passwd", "absolute_path")]
    [InlineData("C:/a.py", "absolute_path")]
    [InlineData("a\u0007.py", "bad_name")]
    public async Task A_path_that_leads_out_is_refused(string path, string code)
    {
        var error = (await ReadAsync(WheelBuilder.Simple("a", "1.0").File(path, "x"))).Error.ShouldBeOfType<Error.Invalid>();
        error.Code.ShouldBe(code);
        error.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public async Task A_path_of_ten_thousand_characters_is_refused() =>
        (await ReadAsync(WheelBuilder.Simple("a", "1.0").File(new string('x', 10_000), "x"))).Error!.Code.ShouldBe("bad_name");

    [Fact]
    public async Task A_symbolic_link_is_refused()
    {
        var builder = WheelBuilder.Simple("a", "1.0").File("link.py", "/etc/passwd")
            .Entry(entry => entry.ExternalAttributes = entry.FullName == "link.py" ? (UnixLink | 0x1FF) << 16 : 0);
        (await ReadAsync(builder)).Error!.Code.ShouldBe("symlink");
    }

    [Fact]
    public async Task A_file_that_is_there_twice_is_refused() =>
        (await ReadAsync(WheelBuilder.Simple("a", "1.0").File("a/__init__.py", "other"))).Error!.Code.ShouldBe("duplicate_path");

    [Fact]
    public async Task An_encrypted_wheel_is_refused()
    {
        var bytes = WheelBuilder.Simple("a", "1.0").Build();
        // The first bit of the flags, in each header of the directory.
        for (var at = 0; (at = bytes.AsSpan(at).IndexOf("PK\u0001\u0002"u8) is var found && found < 0 ? -1 : at + found) >= 0; at++) bytes[at + 8] |= 1;
        (await ReadAsync("a-1.0-py3-none-any.whl", bytes)).Error!.Code.ShouldBe("encrypted");
    }

    [Fact]
    public async Task A_bomb_is_refused() =>
        (await ReadAsync(WheelBuilder.Simple("a", "1.0").File("zeros", new byte[20_000_000]))).Error!.Code.ShouldBe("ratio");

    [Fact]
    public async Task A_wheel_larger_than_any_is_refused_unread()
    {
        await using var huge = new HugeStream();
        (await WheelFile.ReadAsync("a-1.0-py3-none-any.whl", huge, CancellationToken.None)).Error!.Code.ShouldBe("wheel_too_large");
    }

    [Fact]
    public async Task More_entries_than_any_wheel_has_are_refused()
    {
        var builder = WheelBuilder.Simple("a", "1.0");
        for (var i = 0; i < 20_001; i++) builder.File($"f{i}", "");
        (await ReadAsync(builder)).Error!.Code.ShouldBe("entry_count");
    }

    [Fact]
    public async Task A_wheel_has_one_folder_that_describes_it()
    {
        (await ReadAsync(WheelBuilder.Simple("a", "1.0").File("b-2.0.dist-info/METADATA", "x"))).Error!.Code.ShouldBe("bad_wheel");
        (await ReadAsync("a-1.0-py3-none-any.whl", WheelBuilder.Simple("b", "1.0").Build())).Error!.Message.ShouldContain("'b-1.0.dist-info'");
        (await ReadAsync("a-1.0-py3-none-any.whl", WheelBuilder.Simple("a", "1.1").Build())).Error!.Code.ShouldBe("wheel_mismatch");
    }

    [Theory]
    [InlineData("METADATA")]
    [InlineData("WHEEL")]
    [InlineData("RECORD")]
    public async Task A_file_that_every_wheel_has_is_missed_by_its_name(string file)
    {
        var error = (await ReadAsync(WheelBuilder.Simple("a", "1.0").Replace(file, null))).Error!;
        error.Code.ShouldBe("bad_wheel");
        error.Message.ShouldContain($"a-1.0.dist-info/{file}");
    }

    [Theory]
    [InlineData("Wheel-Version: 2.0\nTag: py3-none-any\n", "bad_wheel")]
    [InlineData("Tag: py3-none-any\n", "bad_wheel")]
    [InlineData("no header\n", "bad_wheel")]
    [InlineData("Wheel-Version: 1.0\n", "wheel_mismatch")]
    [InlineData("Wheel-Version: 1.0\nTag: py3-none-win32\n", "wheel_mismatch")]
    [InlineData("Wheel-Version: 1.0\nTag: py3-none-any\nTag: py2-none-any\n", "wheel_mismatch")]
    [InlineData("Wheel-Version: 1.9\nTag: py3-none-any", null)]
    public async Task The_file_WHEEL_agrees_with_the_name(string text, string? code) =>
        (await ReadAsync(WheelBuilder.Simple("a", "1.0").Replace("WHEEL", text))).Error?.Code.ShouldBe(code);

    [Theory]
    [InlineData("Name: b\nVersion: 1.0\n", "wheel_mismatch")]
    [InlineData("Name: a\nVersion: 1.1\n", "wheel_mismatch")]
    [InlineData("Name: a\n", "bad_metadata")]
    [InlineData("Version: 1.0\n", "bad_metadata")]
    [InlineData("", "bad_metadata")]
    [InlineData("Name: \u0430\nVersion: 1.0\n", "bad_metadata")]
    [InlineData("Name: a\nVersion: newest\n", "bad_metadata")]
    [InlineData("Name: a\nVersion: 1.0\nRequires-Dist: b >> 1\n", "bad_metadata")]
    [InlineData("Name: a\nVersion: 1.0\nRequires-Python: three\n", "bad_metadata")]
    [InlineData("Name: a\nVersion: 1.0\nno header\n", "bad_metadata")]
    [InlineData(" Name: a\n", "bad_metadata")]
    [InlineData("NAME: A\r\nversion: 1.0.0\r\nDescription: one\r\n        two\r\n\r\nno: header", null)]
    public async Task METADATA_agrees_with_the_name_and_can_be_read(string text, string? code) =>
        (await ReadAsync(WheelBuilder.Simple("a", "1.0").Replace("METADATA", text))).Error?.Code.ShouldBe(code);

    [Fact]
    public void Metadata_that_is_no_text_or_endless_is_refused()
    {
        CoreMetadata.Parse([0x4E, 0xFF, 0xFE]).Error!.Code.ShouldBe("bad_metadata");
        CoreMetadata.Parse(new byte[CoreMetadata.MaximumBytes + 1]).Error!.Code.ShouldBe("bad_metadata");
        CoreMetadata.Parse(Encoding.UTF8.GetBytes("Name: a\nVersion: 1\n" + string.Concat(Enumerable.Repeat("Classifier: x\n", 10_000)))).Error!.Message.ShouldContain("more than 5000 headers");
        CoreMetadata.Parse(Encoding.UTF8.GetBytes($"Name: {new string('a', 10_000)}\nVersion: 1\n")).Error!.Message.Length.ShouldBeLessThan(250);
        CoreMetadata.Parse(Encoding.UTF8.GetBytes($"Name: a\nVersion: 1\nRequires-Dist: {new string('a', 100_000)}\n")).Error!.Code.ShouldBe("bad_metadata");
    }

    [Fact]
    public void A_description_of_a_hundred_thousand_lines_in_a_header_is_read_at_once()
    {
        var text = "Name: a\nVersion: 1\nDescription: x\n" + string.Concat(Enumerable.Repeat("        y\n", 100_000)) + "Summary: s\n";
        CoreMetadata.Parse(Encoding.UTF8.GetBytes(text)).Value.ShouldNotBeNull().Summary.ShouldBe("s");
    }

    [Fact]
    public void A_home_page_that_a_browser_must_not_open_is_left_out() =>
        CoreMetadata.Parse("Name: a\nVersion: 1\nHome-page: javascript:alert(1)\nProject-URL: Source, https://example.org/src\n"u8).Value!.HomePage.ShouldBe("https://example.org/src");

    [Fact]
    public async Task A_RECORD_with_a_wrong_hash_names_the_file() => await RefuseRecordAsync(record => record.Replace("sha256=", "sha256=A", StringComparison.Ordinal), "SHA-256");

    [Fact]
    public async Task A_RECORD_of_another_content_names_the_file() =>
        await RefuseRecordAsync(record => record.Replace(",16\n", ",20\n", StringComparison.Ordinal), "'a/__init__.py'");

    [Fact]
    public async Task A_RECORD_that_swaps_two_hashes_names_the_file() => await RefuseRecordAsync(
        record =>
        {
            var lines = record.Split('\n');
            var (one, two) = (lines[0].Split(','), lines[1].Split(','));
            return string.Join('\n', [$"{one[0]},{two[1]},", $"{two[0]},{one[1]},", .. lines[2..]]);
        },
        "'a/__init__.py'");

    [Fact]
    public async Task A_RECORD_without_a_file_names_it() => await RefuseRecordAsync(record => record[(record.IndexOf('\n', StringComparison.Ordinal) + 1)..], "does not list 'a/__init__.py'");

    [Fact]
    public async Task A_RECORD_with_a_file_that_is_not_there_names_it() => await RefuseRecordAsync(record => record + "gone.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n", "'gone.py', which is not in the wheel");

    [Fact]
    public async Task A_RECORD_that_lists_a_file_twice_names_it() => await RefuseRecordAsync(record => record + record, "twice");

    [Fact]
    public async Task A_RECORD_without_a_hash_names_the_file() => await RefuseRecordAsync(
        record => $"a/__init__.py,,\n{record[(record.IndexOf('\n', StringComparison.Ordinal) + 1)..]}", "no hash for 'a/__init__.py'");

    [Fact]
    public async Task A_RECORD_with_a_weak_hash_is_refused() =>
        await RefuseRecordAsync(record => record.Replace("a/__init__.py,sha256=", "a/__init__.py,md5=", StringComparison.Ordinal), "'a/__init__.py' that is not SHA-256");

    [Fact]
    public async Task A_RECORD_that_is_no_table_is_refused() => await RefuseRecordAsync(_ => "everything\n", "a path, a hash and a length");

    [Fact]
    public async Task Bytes_that_were_changed_after_the_wheel_was_made_are_found()
    {
        var bytes = new WheelBuilder("a", "1.0").File("a.py", Convert.ToHexString(new byte[2000])).File("b.bin", System.Security.Cryptography.RandomNumberGenerator.GetBytes(5000)).Build();
        bytes[bytes.AsSpan().IndexOf("b.bin"u8) + 500] ^= 1;
        (await ReadAsync("a-1.0-py3-none-any.whl", bytes)).Error!.Code.ShouldBeOneOf("bad_record", "not_a_zip");
    }

    private static async Task RefuseRecordAsync(Func<string, string> change, string part)
    {
        var error = (await ReadAsync(WheelBuilder.Simple("a", "1.0").Record(change))).Error.ShouldNotBeNull();
        error.Code.ShouldBe("bad_record");
        error.Message.ShouldContain(part);
    }

    private static Task<Result<WheelFile>> ReadAsync(WheelBuilder builder) => ReadAsync(builder.FileName, builder.Build());

    private static Task<Result<WheelFile>> ReadAsync(string fileName, byte[] bytes) => WheelFile.ReadAsync(fileName, new MemoryStream(bytes), CancellationToken.None);

    private sealed class HugeStream : MemoryStream
    {
        public override long Length => WheelFile.MaximumBytes + 1;

        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("It was read.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new InvalidOperationException("It was read.");
    }
}
