using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PyScriptHub.Testing;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>A package index on loopback that others fetch from: it lists and sends what a test gave it, and misbehaves where a test says so.</summary>
public sealed class LoopbackIndex : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, List<Listed>> _packages = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RequestDelegate> _instead = new(StringComparer.Ordinal);

    private LoopbackIndex(WebApplication app) => _app = app;

    /// <summary>Its index, as a hub is told of it.</summary>
    public Uri Index { get; private set; } = null!;

    /// <summary>Where a MicroPython index would be.</summary>
    public Uri Mip => new(Index, "/pi/v2/");

    /// <summary>The paths that were asked for, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Whether pages come in HTML alone.</summary>
    public bool IsHtml { get; set; }

    /// <summary>Whether the metadata of its wheels lie beside them (PEP 658).</summary>
    public bool HasMetadata { get; set; } = true;

    /// <summary>How long each answer takes.</summary>
    public TimeSpan Latency { get; set; }

    public static async Task<LoopbackIndex> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var index = new LoopbackIndex(app);
        app.Run(index.AnswerAsync);
        await app.StartAsync();
        index.Index = new Uri(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()), "/simple/");
        return index;
    }

    /// <summary>Lists a wheel and has it; answers its SHA-256.</summary>
    public string Add(WheelBuilder wheel, string? yanked = null, string? listedAs = null)
    {
        var content = wheel.Build();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        _packages.GetOrAdd(wheel.FileName.Split('-')[0].Replace('_', '-').ToLowerInvariant(), _ => []).Add(new Listed(wheel.FileName, content, listedAs ?? sha256, yanked, MetadataOf(content)));
        return sha256;
    }

    /// <summary>Forgets a package, or sends it no more.</summary>
    public void Remove(string package) => _packages.TryRemove(package, out _);

    /// <summary>Answers a path in another way.</summary>
    public void Instead(string path, RequestDelegate answer) => _instead[path] = answer;

    /// <summary>Answers a path with bytes.</summary>
    public void Instead(string path, byte[] content, string type = "application/json") => Instead(path, context =>
    {
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(content).AsTask();
    });

    /// <summary>Goes away: nobody listens there any more.</summary>
    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Asked.Enqueue(path);
        if (Latency > TimeSpan.Zero) await Task.Delay(Latency, context.RequestAborted);
        if (_instead.TryGetValue(path, out var instead))
        {
            await instead(context);
            return;
        }
        switch (path.Trim('/').Split('/'))
        {
            case ["simple", var name] when _packages.TryGetValue(name, out var files):
                await SendPageAsync(context, name, files);
                break;
            case ["files", var name, var file] when _packages.TryGetValue(name, out var files):
                var isMetadata = file.EndsWith(".metadata", StringComparison.Ordinal);
                var listed = files.Find(listed => listed.FileName == (isMetadata ? file[..^".metadata".Length] : file));
                if (listed is null || (isMetadata && !HasMetadata)) context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                else await context.Response.Body.WriteAsync(isMetadata ? listed.Metadata : listed.Content);
                break;
            default:
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                break;
        }
    }

    private Task SendPageAsync(HttpContext context, string name, List<Listed> files)
    {
        var body = IsHtml ? Html(name, files) : Json(name, files);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}\"";
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            context.Response.StatusCode = (int)HttpStatusCode.NotModified;
            return Task.CompletedTask;
        }
        context.Response.Headers.ETag = tag;
        context.Response.ContentType = IsHtml ? "text/html; charset=utf-8" : "application/vnd.pypi.simple.v1+json";
        return context.Response.WriteAsync(body);
    }

    private string Json(string name, List<Listed> files) => JsonSerializer.Serialize(new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["meta"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["api-version"] = "1.1" },
        ["name"] = name,
        ["files"] = files.Select(file => new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["filename"] = file.FileName,
            ["url"] = $"../../files/{name}/{file.FileName}",
            ["hashes"] = file.Sha256.Length == 0 ? [] : new Dictionary<string, string>(StringComparer.Ordinal) { ["sha256"] = file.Sha256 },
            ["core-metadata"] = HasMetadata,
            ["yanked"] = file.Yanked ?? (object)false,
            ["size"] = file.Content.Length,
        }),
    });

    private string Html(string name, List<Listed> files) => string.Create(
        CultureInfo.InvariantCulture, $"<!DOCTYPE html><html><head><title>Links for {name}</title></head><body>{string.Concat(files.Select(Link))}</body></html>");

    private string Link(Listed file) =>
        $"<a href=\"/files/{file.FileName.Split('-')[0].Replace('_', '-')}/{file.FileName}#sha256={file.Sha256}\"{(HasMetadata ? " data-dist-info-metadata=\"true\"" : "")}{(file.Yanked is null ? "" : $" data-yanked=\"{file.Yanked}\"")}>{file.FileName}</a>";

    private static byte[] MetadataOf(byte[] wheel)
    {
        using var zip = new ZipArchive(new MemoryStream(wheel));
        using var metadata = zip.Entries.Single(entry => entry.Name == "METADATA").Open();
        using var content = new MemoryStream();
        metadata.CopyTo(content);
        return content.ToArray();
    }

    private sealed record Listed(string FileName, byte[] Content, string Sha256, string? Yanked, byte[] Metadata);
}
