using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>A registry on loopback, with the packages that a test builds.</summary>
public sealed class NpmServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Dictionary<string, Version>> _packages = new(StringComparer.Ordinal);

    private NpmServer(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>A version as the registry has it.</summary>
    private sealed record Version(byte[] Tarball, string Integrity, string? Elsewhere);

    public Uri Address { get; }

    /// <summary>The paths that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Answers instead of the registry where it is set.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    public static async Task<NpmServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var address = new Uri($"http://127.0.0.1:{HubClients.FreePort()}/");
        app.Urls.Add(address.ToString());
        var server = new NpmServer(app, address);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Adds a version; its <c>package.json</c> is made of name, version and <paramref name="about"/>.</summary>
    /// <param name="about">More fields, as JSON without its braces.</param>
    public NpmServer Add(string name, string version, string about, params (string Path, string Text)[] files) =>
        Put(name, version, Tarball(name, version, about, files));

    /// <summary>Adds a version with an archive as it is.</summary>
    public NpmServer Put(string name, string version, byte[] tarball, string? integrity = null, string? elsewhere = null)
    {
        var versions = _packages.GetOrAdd(name, _ => new(StringComparer.Ordinal));
        versions[version] = new Version(tarball, integrity ?? $"sha512-{Convert.ToBase64String(SHA512.HashData(tarball))}", elsewhere);
        return this;
    }

    /// <summary>An archive as npm makes it.</summary>
    public static byte[] Tarball(string name, string version, string about, params (string Path, string Text)[] files)
    {
        var description = $$"""{"name": "{{name}}", "version": "{{version}}"{{(about.Length == 0 ? "" : ", " + about)}}}""";
        return Archive([("package/package.json", description), .. files.Select(file => ("package/" + file.Path, file.Text))]);
    }

    /// <summary>An archive of any files.</summary>
    public static byte[] Archive(params (string Name, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new TarWriter(zipped))
        {
            foreach (var (name, text) in files)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }
        return bytes.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = Uri.UnescapeDataString(context.Request.Path.Value!)[1..];
        Asked.Enqueue(path);
        if (Instead is { } instead) return instead(context);
        if (path.StartsWith("-/", StringComparison.Ordinal))
        {
            var at = path.LastIndexOf('@');
            return context.Response.Body.WriteAsync(_packages[path[2..at]][path[(at + 1)..^4]].Tarball).AsTask();
        }
        if (!_packages.TryGetValue(path, out var versions))
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        }
        return context.Response.WriteAsync(JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["name"] = path,
            ["dist-tags"] = new { latest = versions.Keys.Last(), next = versions.Keys.First() },
            ["versions"] = versions.ToDictionary(version => version.Key, version => new
            {
                version = version.Key,
                dist = new { tarball = version.Value.Elsewhere ?? $"{Address}-/{path}@{version.Key}.tgz", integrity = version.Value.Integrity },
            }, StringComparer.Ordinal),
        }));
    }
}
