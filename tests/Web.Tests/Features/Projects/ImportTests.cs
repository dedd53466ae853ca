using System.Globalization;
using System.Net;
using System.Text;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Projects;

public sealed class ImportTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_users;

    [Fact]
    public async Task An_archive_becomes_a_project_and_comes_back_byte_for_byte()
    {
        var ada = await UserAsync();
        var files = new (string Path, byte[] Content)[]
        {
            ("index.html", "<p>hi"u8.ToArray()), ("lib/ünï/ö.py", "print('ü')\r\n"u8.ToArray()), ("latin1.py", [0x23, 0xFC, 0xE4]),
            ("empty.txt", []), ("data/zeros.bin", new byte[3_000_000]), ("image.png", RandomBytes(50_000)),
        };
        var project = await (await ada.ImportAsync(Zip.Of(files.Where(f => !f.Path.StartsWith("data", StringComparison.Ordinal))))).JsonAsync(HttpStatusCode.Created);
        var id = project.Text("id");
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(files[4].Content), "data/zeros.bin", "zeros.bin");
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/projects/{id}/files") { Content = form };
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        await (await ada.SendAsync(request)).JsonAsync();

        var archive = await ada.GetAsync($"/api/v1/projects/{id}/archive");
        archive.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
        archive.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        var zip = await archive.Content.ReadAsByteArrayAsync();
        var again = await (await ada.ImportAsync(zip)).JsonAsync(HttpStatusCode.Created);
        foreach (var (path, content) in files)
            (await ada.GetByteArrayAsync($"/api/v1/projects/{again.Text("id")}/files/{path}")).ShouldBe(content, path);
        (await FilesAsync(ada, again.Text("id"))).ShouldBe(await FilesAsync(ada, id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_directory_of_a_million_entries_is_refused_before_it_is_read_whatever_its_end_says(bool isZip64)
    {
        var ada = await UserAsync();
        var archive = Directory(400_000, isZip64);
        await (await ada.ImportAsync(archive)).ProblemAsync(422, "entry_count");

        // Nothing in it waits, so that all is done by this thread.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = await Web.Features.Projects.ZipReading.ReadAsync(new MemoryStream(archive), new ProjectLimits(), CancellationToken.None);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000);
        read.Error!.Code.ShouldBe("entry_count");
    }

    [Fact]
    public async Task More_entries_than_the_limit_are_refused_and_as_many_as_it_says_are_taken()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { Files = 300 } });
        var ada = await hub.UserAsync("ada");
        (string, string)[] Files(int count) => [.. Enumerable.Range(0, count).Select(i => ($"f{i.ToString(CultureInfo.InvariantCulture)}.txt", "x"))];
        await (await ada.ImportAsync(Zip.Of(Files(301)))).ProblemAsync(422, "entry_count");
        (await ada.ImportAsync(Zip.Of(Files(300)))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Imports_beyond_a_few_at_once_wait_for_their_turn_and_all_come_in()
    {
        var ada = await UserAsync();
        var zip = Zip.Of(("index.html", "x"), ("data.bin", new string('y', 200_000)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => ada.ImportAsync(zip)));
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Created);
    }

    // Headers without names, and an end that speaks of one entry.
    private static byte[] Directory(int entries, bool isZip64)
    {
        using var archive = new MemoryStream();
        using var writer = new BinaryWriter(archive);
        var header = new byte[46];
        "PK\u0001\u0002"u8.CopyTo(header);
        for (var i = 0; i < entries; i++) writer.Write(header);
        var end = archive.Position;
        if (isZip64)
        {
            writer.Write(0x06064b50);
            writer.Write(44L);
            writer.Write((short)45);
            writer.Write((short)45);
            writer.Write(0L);
            writer.Write(1L);
            writer.Write(1L);
            writer.Write(end);
            writer.Write(0L);
            writer.Write(0x07064b50);
            writer.Write(0);
            writer.Write(end);
            writer.Write(1);
        }
        writer.Write(0x06054b50);
        writer.Write(0);
        writer.Write(isZip64 ? ushort.MaxValue : (ushort)1);
        writer.Write(isZip64 ? ushort.MaxValue : (ushort)1);
        writer.Write(isZip64 ? uint.MaxValue : (uint)end);
        writer.Write(isZip64 ? uint.MaxValue : 0);
        writer.Write((short)0);
        return archive.ToArray();
    }

    [Fact]
    public async Task One_shared_top_folder_is_stripped_and_two_are_not()
    {
        var ada = await UserAsync();
        var one = await (await ada.ImportAsync(Zip.Of(("site/index.html", "x"), ("site/a/b.py", "y")))).JsonAsync(HttpStatusCode.Created);
        (await PathsAsync(ada, one.Text("id"))).ShouldBe(["a/b.py", "index.html"]);
        var two = await (await ada.ImportAsync(Zip.Of(("a/index.html", "x"), ("b/index.html", "y")))).JsonAsync(HttpStatusCode.Created);
        (await PathsAsync(ada, two.Text("id"))).ShouldBe(["a/index.html", "b/index.html"]);
        two.Text("startPage").ShouldBe("a/index.html");
    }

    [Fact]
    public async Task An_archive_is_taken_as_the_field_of_a_form_too()
    {
        var ada = await UserAsync();
        using var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(Zip.Of(("index.html", "x"))), "file", "My lesson.zip");
        var project = await (await ada.PostAsync("/api/v1/projects/import", form)).JsonAsync(HttpStatusCode.Created);
        project.Text("name").ShouldBe("My lesson");
        using var wrong = new MultipartFormDataContent();
        wrong.Add(new StringContent("x"), "other");
        await (await ada.PostAsync("/api/v1/projects/import", wrong)).ProblemAsync(400, "malformed");
    }

    public static TheoryData<string, byte[]> RefusedArchives()
    {
        var good = Zip.Of(("index.html", "x"), ("main.py", new string('y', 1000)));
        return new TheoryData<string, byte[]>
        {
            { "not_a_zip", "hello, I am no archive"u8.ToArray() },
            { "not_a_zip", [] },
            { "not_a_zip", good[..^40] },
            { "not_a_zip", Zip.Of(("folder/", "")) },
            { "path_traversal", Zip.Of(("index.html", "x"), ("../evil.py", "x")) },
            { "path_traversal", Zip.Of(("index.html", "x"), ("a/..\\..\\evil.py", "x")) },
            { "absolute_path", Zip.Of(("index.html", "x"), ("/etc/cron.d/evil", "x")) },
            { "absolute_path", Zip.Of(("index.html", "x"), ("C:\\evil.py", "x")) },
            { "bad_name", Zip.Of(("index.html", "x"), (".hub/storage.js", "x")) },
            { "bad_name", Zip.Of(("index.html", "x"), ("a\u0007b.py", "x")) },
            { "bad_name", Zip.Of(("index.html", "x"), (new string('n', 241), "x")) },
            { "bad_name", Zip.Of(("index.html", "x"), ("nul.txt", "x")) },
            { "duplicate_path", Zip.Of(("index.html", "x"), ("Main.py", "x"), ("main.py", "y")) },
            { "duplicate_path", Zip.Of(("index.html", "x"), ("main.py", "x"), ("main.py", "y")) },
            { "symlink", Zip.Of([("index.html", [1]), ("link", "/etc/passwd"u8.ToArray())], entry => entry.ExternalAttributes = unchecked((int)0xA1FF0000)) },
            { "bad_name", Zip.Of([("index.html", [1])], entry => entry.ExternalAttributes = 0x21FF0000) },
            { "ratio", Zip.Of([("index.html", new byte[20_000_000])]) },
            { "entry_count", Zip.Of(Enumerable.Range(0, 2001).Select(i => ($"f{i.ToString(CultureInfo.InvariantCulture)}.txt", Array.Empty<byte>()))) },
            { "crc_mismatch", Patched(good, "main.py", crc: 0xDEADBEEF) },
            { "crc_mismatch", Patched(good, "main.py", length: 10) },
            { "crc_mismatch", Patched(good, "main.py", length: 5000) },
            { "encrypted", Patched(good, "main.py", flags: 1) },
        };
    }

    [Theory]
    [MemberData(nameof(RefusedArchives))]
    public async Task A_hostile_or_broken_archive_is_refused_by_its_code_and_changes_nothing(string code, byte[] zip)
    {
        var name = $"user-i{Interlocked.Increment(ref s_users)}";
        var ada = await shared.Hub.UserAsync(name);
        await (await ada.ImportAsync(zip)).ProblemAsync(422, code);
        (await (await ada.GetAsync($"/api/v1/projects?owner={name}")).JsonAsync()).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_archive_that_says_it_unpacks_to_little_is_believed_no_further_than_it_says()
    {
        var ada = await UserAsync();
        await (await ada.ImportAsync(Patched(Zip.Of([("index.html", new byte[20_000_000])]), "index.html", length: 100))).ProblemAsync(422, "crc_mismatch");
    }

    [Fact]
    public async Task A_file_and_an_archive_beyond_the_limit_are_answered_with_limit_and_size()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = new ProjectLimits { FileBytes = 1000, ZipBytes = 5000, ProjectBytes = 1500 } });
        var ada = await hub.UserAsync("ada");
        var file = await (await ada.ImportAsync(Zip.Of([("index.html", RandomBytes(1001))]))).ProblemAsync(413, "too_large");
        (file.GetProperty("limit").GetInt64(), file.GetProperty("size").GetInt64()).ShouldBe((1000, 1001));
        var zip = await (await ada.ImportAsync(Zip.Of([("a.bin", RandomBytes(6000))]))).ProblemAsync(413, "too_large");
        zip.GetProperty("limit").GetInt64().ShouldBe(5000);
        zip.GetProperty("size").GetInt64().ShouldBeGreaterThan(6000);
        await (await ada.ImportAsync(Zip.Of([("a.bin", RandomBytes(900)), ("b.bin", RandomBytes(900))]))).ProblemAsync(413, "too_large");
    }

    [Fact]
    public async Task What_is_no_archive_by_its_type_is_answered_415()
    {
        var ada = await UserAsync();
        await (await ada.PostAsync("/api/v1/projects/import", new StringContent("{}", Encoding.UTF8, "application/json"))).ProblemAsync(415, "unsupported_media_type");
    }

    [Fact]
    public async Task Imports_are_counted_by_the_hour_but_for_administrators()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = new ProjectLimits { ImportsPerHour = 2 } });
        var (ada, admin) = (await hub.UserAsync("ada"), await hub.UserAsync("root-admin", isAdministrator: true));
        var zip = Zip.Of(("index.html", "x"));
        for (var i = 0; i < 2; i++) (await ada.ImportAsync(zip)).StatusCode.ShouldBe(HttpStatusCode.Created);
        var refused = await ada.ImportAsync(zip);
        await refused.ProblemAsync(429, "too_many_requests");
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        for (var i = 0; i < 3; i++) (await admin.ImportAsync(zip)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_account_holds_no_more_than_its_quota_and_what_it_has_twice_counts_once()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = new ProjectLimits { AccountBytes = 10_000 } });
        var ada = await hub.UserAsync("ada");
        var zip = Zip.Of([("index.html", RandomBytes(6000))]);
        for (var i = 0; i < 3; i++) (await ada.ImportAsync(zip)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await (await ada.ImportAsync(Zip.Of([("index.html", RandomBytes(6000))]))).ProblemAsync(507, "quota");
    }

    // Changes what the archive's directory says of an entry; its bytes stay as they are.
    private static byte[] Patched(byte[] zip, string name, uint? crc = null, uint? length = null, ushort? flags = null)
    {
        var patched = (byte[])zip.Clone();
        var wanted = Encoding.ASCII.GetBytes(name);
        for (var at = 0; at < patched.Length - 46; at++)
        {
            if (BitConverter.ToUInt32(patched, at) != 0x02014B50 || !patched.AsSpan(at + 46).StartsWith(wanted)) continue;
            if (crc is { } sum) BitConverter.TryWriteBytes(patched.AsSpan(at + 16), sum);
            if (length is { } size) BitConverter.TryWriteBytes(patched.AsSpan(at + 24), size);
            if (flags is { } bits) BitConverter.TryWriteBytes(patched.AsSpan(at + 8), bits);
        }
        patched.ShouldNotBe(zip);
        return patched;
    }

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }

    private static async Task<string> FilesAsync(HttpClient client, string id) =>
        (await (await client.GetAsync($"/api/v1/projects/{id}/files")).JsonAsync()).GetProperty("files").ToString();

    private static async Task<string[]> PathsAsync(HttpClient client, string id) => [.. (await (await client.GetAsync($"/api/v1/projects/{id}/files")).JsonAsync())
        .GetProperty("files").EnumerateArray().Select(f => f.Text("path"))];

    private Task<HttpClient> UserAsync() => shared.Hub.UserAsync($"user-i{Interlocked.Increment(ref s_users)}");
}
