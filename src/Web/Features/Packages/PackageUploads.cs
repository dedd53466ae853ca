using MediatR;
using Microsoft.AspNetCore.Http.Features;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>Wheels that were added.</summary>
public sealed record AddedPackageFiles(IReadOnlyList<AddedPackageFile> Items);

/// <summary>Takes uploaded wheels: a form with one or several fields <c>file</c>.</summary>
static class PackageUploads
{
    /// <summary>The largest form, in bytes.</summary>
    public const long MostFormBytes = 500_000_000;

    private const int MostFiles = 100;

    public static async Task<IResult> HandleAsync(HttpRequest request, CurrentUser user, IMediator hub, CancellationToken ct)
    {
        // Before anything is read: what strangers send costs nothing.
        if (!user.IsAdministrator) return Problems.Of(PackageReport.NoAdministrator);
        if (!request.HasFormContentType || request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) is not true)
            return Problems.Of(new Error.UnsupportedMediaType("multipart/form-data, with wheels as fields 'file'"));
        if (request.ContentLength > MostFormBytes) return Problems.Of(new Error.TooLarge("What was sent", MostFormBytes, request.ContentLength));
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body) body.MaxRequestBodySize = MostFormBytes;
        request.HttpContext.Features.Set<IFormFeature>(new FormFeature(request, new FormOptions { MultipartBodyLengthLimit = AddPackageFile.MostBytes, ValueCountLimit = MostFiles }));
        try
        {
            var files = (await request.ReadFormAsync(ct)).Files.GetFiles("file");
            if (files.Count == 0) return Problems.Of(Error.Field("file", "Send wheels as the field 'file'."));
            var added = new List<AddedPackageFile>();
            foreach (var file in files)
            {
                await using var content = file.OpenReadStream();
                var result = await hub.Send(new AddPackageFile(Path.GetFileName(file.FileName), content), ct);
                if (!result.IsOk) return Problems.Of(result.Error);
                added.Add(result.Value);
            }
            return Results.Ok(new AddedPackageFiles(added));
        }
        catch (InvalidDataException e) when (e.Message.Contains("length limit", StringComparison.Ordinal))
        {
            return Problems.Of(new Error.TooLarge("The wheel", AddPackageFile.MostBytes, null));
        }
        catch (Exception e) when (e is IOException or InvalidDataException && e is not BadHttpRequestException && !ct.IsCancellationRequested)
        {
            return Problems.Of(Error.Field("body", "The multipart body ends too early or is malformed."));
        }
    }
}
