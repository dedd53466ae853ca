using System.IO.Compression;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Projects;

/// <summary>What it costs to let everybody download projects as archives.</summary>
public sealed class ArchiveTests
{
    [Fact]
    public async Task An_archive_is_made_once_for_all_who_read_it_however_slowly()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var noise = RandomBytes(8_000_000);
        var id = (await (await ada.ImportAsync(Zip.Of([("index.html", "<p>x</p>"u8.ToArray()), ("noise.bin", noise)]))).JsonAsync(HttpStatusCode.Created)).Text("id");
        await ada.PublishAsync(id);
        var before = TemporaryFiles();

        var readers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => hub.Client.GetAsync($"/api/v1/projects/{id}/archive", HttpCompletionOption.ResponseHeadersRead)));
        readers.ShouldAllBe(reader => reader.StatusCode == HttpStatusCode.OK);
        Made(hub).Count.ShouldBe(1);
        TemporaryFiles().Except(before, StringComparer.Ordinal).ShouldBeEmpty();
        var bytes = await Task.WhenAll(readers.Select(reader => reader.Content.ReadAsByteArrayAsync()));
        bytes.Select(archive => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(archive))).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        await using var zip = new ZipArchive(new MemoryStream(bytes[0]));
        zip.Entries.Single(entry => entry.Name == "noise.bin").CompressedLength.ShouldBe(noise.Length, "what does not pack is stored");
        zip.Entries.Single(entry => entry.Name == "index.html").CompressedLength.ShouldNotBe(0);

        // Another revision is another archive; strangers get the published one still.
        (await ada.PutFileAsync(id, "index.html", "<p>draft</p>", 1)).EnsureSuccessStatusCode();
        (await ada.GetByteArrayAsync($"/api/v1/projects/{id}/archive")).ShouldNotBe(bytes[0]);
        (await hub.Client.GetByteArrayAsync($"/api/v1/projects/{id}/archive")).ShouldBe(bytes[0]);
        Made(hub).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_network_has_so_many_archives_made_in_a_minute_and_reads_those_that_are_there_as_often_as_it_likes()
    {
        await using var hub = await HubServer.StartAsync(
            options => options with { Limits = options.Limits with { ArchivesPerMinute = 2 } },
            services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        var ada = await hub.UserAsync("ada");
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add((await ada.PublishedAsync(("index.html", $"{i}"))).Text("id"));
        foreach (var id in ids.Take(2)) (await hub.Client.GetAsync($"/api/v1/projects/{id}/archive")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var busy = await hub.Client.GetAsync($"/api/v1/projects/{ids[2]}/archive");
        await busy.ProblemAsync(429, "too_many_requests");
        busy.Headers.RetryAfter.ShouldNotBeNull();
        for (var i = 0; i < 5; i++) (await hub.Client.GetAsync($"/api/v1/projects/{ids[0]}/archive")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("noise", true)]
    [InlineData("zeros", true)]
    [InlineData("text", false)]
    [InlineData("repeated text", true)]
    [InlineData("small zeros", false)]
    public void What_hardly_packs_and_what_packs_too_well_is_stored(string kind, bool isStored)
    {
        var line = string.Concat(Enumerable.Range(0, 3_000).Select(i => $"{i * 7919 % 10_007} "));
        var content = kind switch
        {
            "noise" => RandomBytes(3_000_000),
            "zeros" => new byte[3_000_000],
            "text" => System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i * 7919L % 1_000_003} "))),
            "repeated text" => System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, 1_000))),
            _ => new byte[50_000],
        };
        ArchiveWriting.IsBetterStored(content).ShouldBe(isStored);
    }

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(17).NextBytes(bytes);
        return bytes;
    }

    private static List<string> Made(HubServer hub) => [.. Directory.EnumerateFiles(Path.Combine(hub.Options.DataDirectory, "cache", "archives"))];

    // Other tests of this process may write some at the same moment, but none of this size.
    private static List<string> TemporaryFiles() =>
        [.. new DirectoryInfo(Path.GetTempPath()).EnumerateFiles("pyscript-hub-*").Where(file => file.Exists && file.Length > 7_000_000).Select(file => file.Name)];
}
