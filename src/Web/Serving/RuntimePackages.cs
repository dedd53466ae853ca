using System.Net.Mime;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Serving;

/// <summary>
/// What the runtime host serves beside its catalog: the package index (<c>/simple/</c>, <c>/packages/</c>), the files that a Pyodide's lock
/// names (<c>/pyodide/</c>), and MicroPython's index (<c>/pi/v2/</c>).
/// </summary>
sealed class RuntimePackages(
    HubDb db, HeldFiles held, UpstreamPages upstreams, PackageFetch fetch, PackageNeedsReading needs, MipIndex mip, HeldPyodides pyodides, BlobReader blobs, PackageFileMemory memory,
    RuntimeCatalog catalog, Origins origins)
{
    private const string MetadataEnding = ".metadata";
    private const string MipFolder = "pi/v2/";

    /// <summary>Answers what belongs to it; false for all else.</summary>
    public async Task<bool> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return false;
        var path = request.Path.Value!.TrimStart('/');
        switch (path.Split('/'))
        {
            case ["simple"]:
                Redirect(context, "/simple/");
                return true;
            case ["simple", ""]:
                await ListAsync(context);
                return true;
            case ["simple", _] or ["simple", _, ""]:
                await PageAsync(context, path.Split('/')[1]);
                return true;
            case ["packages", var hash, var file]:
                await FileAsync(context, hash, file);
                return true;
            case ["pi", "v2", ..]:
                await MipAsync(context, path[MipFolder.Length..]);
                return true;
            case ["pyodide", var version, var file] when catalog.Find($"/{path}") is null:
                return await LockedAsync(context, version, file);
            default:
                return false;
        }
    }

    /// <summary>Answers what nobody expected, so that pages of other origins can read it.</summary>
    public static Task AnswerExceptionAsync(HttpContext context)
    {
        RuntimeAnswers.ShareWithEveryOrigin(context.Response.Headers);
        var (status, _, detail) = Problems.Explain(context.Features.Get<IExceptionHandlerFeature>()?.Error);
        if (status is StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "5";
        return RuntimeAnswers.SayAsync(context, status, detail.ToString());
    }

    private async Task ListAsync(HttpContext context)
    {
        var names = await db.Packages.AsNoTracking().Where(package => db.PackageFiles.Any(file => file.Package == package.Name && file.MetadataHash != null)).OrderBy(package => package.Name)
            .Select(package => new { package.Name, package.DisplayName }).ToListAsync(context.RequestAborted);
        await SendPageAsync(context, type => SimpleIndex.List(type, names.ConvertAll(name => (name.Name, name.DisplayName))));
    }

    private async Task PageAsync(HttpContext context, string text)
    {
        var ct = context.RequestAborted;
        var name = PackageName.Parse(text);
        if (!name.IsOk)
        {
            await SayAsync(context, StatusCodes.Status404NotFound, name.Error.Message);
            return;
        }
        var key = name.Value.Key;
        if (context.Request.Path.Value != $"/simple/{key}/")
        {
            Redirect(context, $"/simple/{key}/");
            return;
        }
        // What else a Pyodide's archive has is asked for by its lock alone.
        var own = (await held.ListAsync(key, ct)).Where(file => file.MetadataHash is not null).Select(Describe).ToList();
        var listed = (await upstreams.ReadAsync([key], ct))[0];
        var names = own.Select(file => file.FileName).ToHashSet(StringComparer.Ordinal);
        // Wheels that no interpreter here takes would only be a way to fill the hub.
        var others = listed.Files.Select(file => file.File)
            .Where(file => !names.Contains(file.FileName) && WheelFileName.Parse(file.FileName) is { IsOk: true, Value: var wheel } && pyodides.Fits(wheel))
            .Select(file => file with { Url = AddressOf(file.FileName, file.Hash), HasMetadata = true });
        IndexFile[] files = [.. own, .. others];
        if (files.Length > 0) await SendPageAsync(context, type => SimpleIndex.Page(type, new IndexPage(key, files)));
        else if (listed.IsAnswered) await SayAsync(context, StatusCodes.Status404NotFound, $"This hub has no wheel of '{name.Value}' that an interpreter of its releases takes. {WhereFrom(listed)}");
        else await SayAsync(context, StatusCodes.Status502BadGateway, $"This hub holds no wheel of '{name.Value}', and not every upstream answered. {WhereFrom(listed)}");
    }

    private async Task FileAsync(HttpContext context, string digits, string name)
    {
        var isMetadata = name.EndsWith(MetadataEnding, StringComparison.Ordinal);
        var fileName = isMetadata ? name[..^MetadataEnding.Length] : name;
        // The address is one for each file: digits in capitals would be another.
        if (digits.Length != 2 * BlobHash.Length || !digits.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f') || fileName.Length > PackageFile.FileNameLength)
        {
            await SayAsync(context, StatusCodes.Status404NotFound, "A file's address is /packages/<sha256>/<file name>, as the pages of /simple/ say it.");
            return;
        }
        var hash = BlobHash.FromHex(digits);
        if (isMetadata)
        {
            await MetadataAsync(context, fileName, hash);
            return;
        }
        var file = await FindAsync(fileName, hash, context.RequestAborted);
        if (file.IsOk) await SendFileAsync(context, file.Value);
        else await SayAsync(context, StatusOf(file.Error), WhyNot(fileName, file.Error));
    }

    private async Task MetadataAsync(HttpContext context, string fileName, BlobHash hash)
    {
        var text = await needs.MetadataAsync(fileName, hash, pyodides.Fits, context.RequestAborted);
        if (!text.IsOk)
        {
            await SayAsync(context, StatusOf(text.Error), WhyNot(fileName, text.Error));
            return;
        }
        await RuntimeAnswers.SendAsync(context, text.Value, "text/plain; charset=utf-8", RuntimeAnswers.Immutable, SimpleIndex.TagOf(text.Value));
    }

    // What was found before is found while the database is away too: published pages go on.
    private async Task<Result<FileAtHand>> FindAsync(string fileName, BlobHash hash, CancellationToken ct)
    {
        try
        {
            var file = await held.FindAsync(fileName, hash, ct);
            if (file is null)
            {
                if (WheelFileName.Parse(fileName) is not { IsOk: true, Value: var wheel } || !pyodides.Fits(wheel)) return new Error.NotFound("file");
                var fetched = await fetch.GetAsync(fileName, hash, ct);
                if (!fetched.IsOk) return fetched.Error;
                file = fetched.Value;
            }
            var found = new FileAtHand(file.FileName, file.Hash);
            memory.Remember(found);
            return found;
        }
        catch (Exception e) when (Problems.IsDatabaseAway(e) && memory.Knows(new FileAtHand(fileName, hash)))
        {
            return new FileAtHand(fileName, hash);
        }
    }

    private async Task<bool> LockedAsync(HttpContext context, string version, string fileName)
    {
        if (pyodides.Find(version) is not { } pyodide || !pyodide.Files.TryGetValue(fileName, out var hash)) return false;
        var file = await FindAsync(fileName, hash, context.RequestAborted);
        if (!file.IsOk) return false;
        await SendFileAsync(context, file.Value);
        return true;
    }

    private async Task MipAsync(HttpContext context, string path)
    {
        var ct = context.RequestAborted;
        var found = await mip.FindAsync(path, ct);
        if (!found.IsOk)
        {
            var why = found.Error is not Error.NotFound ? found.Error.Message
                : mip.HasUpstream ? $"The index for MicroPython does not have {FilePath.Show(path)}."
                : "MicroPython's package index is not mirrored on this hub. An administrator can name one: Packages:MipIndex. Or give the URL of a wheel, or put the module into the project.";
            await SayAsync(context, StatusOf(found.Error), why);
            return;
        }
        var content = await blobs.ReadAsync(found.Value, ct);
        if (!content.IsOk)
        {
            await SayAsync(context, StatusOf(content.Error), content.Error.Message);
            return;
        }
        var isFile = MipIndex.IsImmutable(path);
        await RuntimeAnswers.SendAsync(
            context, content.Value, isFile ? MediaTypeNames.Application.Octet : "application/json; charset=utf-8", isFile ? RuntimeAnswers.Immutable : "no-cache",
            new EntityTagHeaderValue($"\"{found.Value}\""));
    }

    private async Task SendFileAsync(HttpContext context, FileAtHand file)
    {
        var content = await blobs.ReadAsync(file.Hash, context.RequestAborted);
        if (!content.IsOk) await SayAsync(context, StatusOf(content.Error), $"{content.Error.Code}: {content.Error.Message}");
        else await RuntimeAnswers.SendAsync(context, content.Value, ContentTypes.Of(file.FileName), RuntimeAnswers.Immutable, new EntityTagHeaderValue($"\"{file.Hash}\""));
    }

    private static Task SendPageAsync(HttpContext context, Func<string, byte[]> write)
    {
        context.Response.Headers.Vary = HeaderNames.Accept;
        if (SimpleIndex.Choose(context.Request) is not { } type)
        {
            return SayAsync(
                context, StatusCodes.Status406NotAcceptable,
                "Index pages are application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html and text/html; the request's Accept takes none of them.");
        }
        // A person may open it: nothing in it is to be run.
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        var body = write(type);
        return RuntimeAnswers.SendAsync(context, body, type == MediaTypeNames.Text.Html ? "text/html; charset=utf-8" : type, "no-cache", SimpleIndex.TagOf(body));
    }

    private static Task SayAsync(HttpContext context, int status, string text)
    {
        RuntimeAnswers.ShareWithEveryOrigin(context.Response.Headers);
        return RuntimeAnswers.SayAsync(context, status, text);
    }

    private static void Redirect(HttpContext context, string location)
    {
        RuntimeAnswers.ShareWithEveryOrigin(context.Response.Headers);
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Redirect(location, permanent: true, preserveMethod: true);
    }

    private static int StatusOf(Error error) => error switch
    {
        // What an upstream did wrong is no fault of who asks.
        Error.Invalid or Error.TooLarge => StatusCodes.Status502BadGateway,
        _ => Problems.StatusOf(error),
    };

    private static string WhyNot(string fileName, Error error) => error is Error.NotFound
        ? $"This hub does not hold {FilePath.Show(fileName)} with this SHA-256, and no page of an upstream that it has lists it."
        : $"{error.Code}: {error.Message}";

    private static string WhereFrom(UpstreamListing listed) => listed.LookedIn.Count == 0
        ? "No upstream is switched on (Packages:Upstreams)."
        : $"Looked for at {string.Join(", ", listed.LookedIn)}.";

    private IndexFile Describe(PackageFile file) => new(file.FileName, AddressOf(file.FileName, file.Hash), file.Hash)
    {
        RequiresPython = file.RequiresPython,
        Yanked = file.Yanked,
        HasMetadata = file.MetadataHash is not null,
        MetadataHash = file.MetadataHash,
        Length = file.Length,
    };

    private Uri AddressOf(string fileName, BlobHash hash) => new($"{origins.Runtime}/packages/{hash}/{Uri.EscapeDataString(fileName)}");
}

/// <summary>A file that the hub holds.</summary>
public readonly record struct FileAtHand(string FileName, BlobHash Hash);

/// <summary>Which files were found to be held, for when nobody can be asked.</summary>
public sealed class PackageFileMemory : IDisposable
{
    private const int Most = 20_000;

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = Most });

    public void Remember(FileAtHand file) => _known.Set(file, true, new MemoryCacheEntryOptions { Size = 1 });

    public bool Knows(FileAtHand file) => _known.TryGetValue(file, out _);

    public void Dispose() => _known.Dispose();
}
