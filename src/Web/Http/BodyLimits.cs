using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Web.Http;

/// <summary>Reads bodies that are counted while they come in, so that a lie about their length costs nothing.</summary>
public static class BodyLimits
{
    /// <summary>The largest body of a request that nothing else is said about, in bytes: forms and short JSON, from anybody.</summary>
    public const int Default = 64 * 1024;

    /// <summary>The largest JSON of a new project with its files, in bytes. Larger ones are sent as archives.</summary>
    public const int ProjectJson = 30_000_000;

    private const int MemoryThreshold = 1024 * 1024;

    /// <summary>Reads the body whole. Error: <see cref="Error.TooLarge"/> beyond <paramref name="limit"/> bytes.</summary>
    public static async Task<Result<byte[]>> ReadBytesAsync(HttpRequest request, string what, long limit, CancellationToken ct)
    {
        // A buffer that doubles until the limit would cost more than twice of it; beyond the threshold the disk keeps what came in.
        await using var kept = new FileBufferingWriteStream(MemoryThreshold);
        if (await CopyAsync(request, kept, what, limit, ct) is { } error) return error;
        var content = new byte[kept.Length];
        await kept.DrainBufferAsync(new MemoryStream(content), ct);
        return content;
    }

    /// <summary>Reads the body into a file that is gone when the stream is disposed. Error: <see cref="Error.TooLarge"/>.</summary>
    public static async Task<Result<FileStream>> SpoolAsync(HttpRequest request, string what, long limit, CancellationToken ct)
    {
        var file = TemporaryFile();
        var isWhole = false;
        try
        {
            if (await CopyAsync(request, file, what, limit, ct) is { } error) return error;
            file.Position = 0;
            isWhole = true;
            return file;
        }
        finally
        {
            if (!isWhole) await file.DisposeAsync();
        }
    }

    /// <summary>A temporary file that is gone when it is closed.</summary>
    public static FileStream TemporaryFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = 64 * 1024,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        // Others on the machine have no business in what may be a private project.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"pyscript-hub-{Path.GetRandomFileName()}"), options);
    }

    /// <summary>What forms may be where nothing else is said: a sign-in is short, and anybody may send one slowly, many times at once.</summary>
    public static void Bound(FormOptions form)
    {
        form.BufferBodyLengthLimit = form.MultipartBodyLengthLimit = Default;
        // The longest that a form has is what a passkey answers, with the certificate of its maker.
        form.ValueLengthLimit = 16 * 1024;
        form.KeyLengthLimit = 200;
        form.ValueCountLimit = 100;
    }

    /// <summary>Lets a request bring more than Kestrel's own limit; its handler counts.</summary>
    public static void LiftServerLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature) feature.MaxRequestBodySize = null;
    }

    private static async Task<Error?> CopyAsync(HttpRequest request, Stream target, string what, long limit, CancellationToken ct)
    {
        LiftServerLimit(request.HttpContext);
        if (request.ContentLength > limit) return new Error.TooLarge(what, limit, request.ContentLength);
        var buffer = new byte[64 * 1024];
        long length = 0;
        int read;
        while ((read = await request.Body.ReadAsync(buffer, ct)) > 0)
        {
            length += read;
            if (length > limit) return new Error.TooLarge(what, limit, null);
            await target.WriteAsync(buffer.AsMemory(0, read), ct);
        }
        return null;
    }
}
