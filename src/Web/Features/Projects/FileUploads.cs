using System.Security.Cryptography;
using System.Text;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Turns uploaded bodies into saves.</summary>
static class FileUploads
{
    public static Task<IResult> SaveOneAsync(ProjectId id, string path, HttpRequest request, ProjectLimits limits, IMediator hub, CancellationToken ct) =>
        request.WithConditionAsync(async condition =>
        {
            var file = FilePath.Parse(ProjectEndpoints.Unescaped(path));
            if (!file.IsOk) return Problems.Of(file.Error);
            if ((await hub.Send(new CheckWriting(id), ct)).Error is { } refusal) return Problems.Of(refusal);
            var content = await BodyLimits.ReadBytesAsync(request, $"The file '{file.Value}'", limits.FileBytes, ct);
            if (!content.IsOk) return Problems.Of(content.Error);
            return (await hub.Send(new SaveFiles(id, [NewFile.Of(file.Value, content.Value)], [], condition), ct)).ToHttp(saved => Saved(request, saved));
        });

    public static Task<IResult> DeleteOneAsync(ProjectId id, string path, HttpRequest request, IMediator hub, CancellationToken ct) =>
        request.WithConditionAsync(async condition =>
        {
            var file = FilePath.Parse(ProjectEndpoints.Unescaped(path));
            if (!file.IsOk) return Problems.Of(file.Error);
            return (await hub.Send(new SaveFiles(id, [], [file.Value], condition), ct)).ToHttp(saved => Saved(request, saved));
        });

    /// <summary>Multipart: each field's name is a path, its content the file; <c>?delete=path</c> repeats.</summary>
    public static Task<IResult> SaveManyAsync(ProjectId id, HttpRequest request, ProjectLimits limits, IMediator hub, CancellationToken ct) =>
        request.WithConditionAsync(async condition =>
        {
            if ((await hub.Send(new CheckWriting(id), ct)).Error is { } refusal) return Problems.Of(refusal);
            await using var uploads = new Uploads();
            if (await uploads.ReadAsync(request, limits, ct) is { } error) return Problems.Of(error);
            return (await hub.Send(new SaveFiles(id, uploads.Files, uploads.Deleted, condition), ct)).ToHttp(saved => Saved(request, saved));
        });

    /// <summary>As <see cref="SaveManyAsync"/>, for what is run and not saved; <c>?revision=</c> says what it was made to.</summary>
    public static Task<IResult> TryAsync(
        ProjectId id, int? revision, HttpRequest request, ProjectLimits limits, TrialLimits rates, IMediator hub, CancellationToken ct) =>
        TryAsync(null, id, revision, request, limits, rates, hub, trial => Results.Created($"/api/v1/trials/{trial.Id}", trial), ct);

    /// <summary>Puts other files into a trial.</summary>
    public static Task<IResult> TryAgainAsync(
        string id, int? revision, HttpRequest request, ProjectLimits limits, TrialLimits rates, IMediator hub, CancellationToken ct) =>
        TryAsync(id, default, revision, request, limits, rates, hub, trial => Results.Ok(trial), ct);

    private static async Task<IResult> TryAsync(
        string? trial, ProjectId id, int? revision, HttpRequest request, ProjectLimits limits, TrialLimits rates, IMediator hub,
        Func<StartedTrial, IResult> answer, CancellationToken ct)
    {
        if (await rates.TakeAsync(ct) is { } tooMany) return Problems.Of(tooMany);
        await using var uploads = new Uploads();
        if (await uploads.ReadAsync(request, limits with { ProjectBytes = limits.TrialBytes }, ct) is { } error) return Problems.Of(error);
        if (await rates.TakeBytesAsync(uploads.Files.Sum(file => file.Entry.Length), uploads.Files.Count + uploads.Deleted.Count, ct) is { } tooMuch) return Problems.Of(tooMuch);
        return (await hub.Send(new TryProject(trial, id, revision, uploads.Files, uploads.Deleted), ct)).ToHttp(answer);
    }

    private static IResult Saved(HttpRequest request, SavedRevision saved)
    {
        request.HttpContext.Response.Headers.ETag = $"\"{SeenRevisions.TagOf(saved.Revision)}\"";
        return Results.Ok(saved);
    }

    /// <summary>The files of a multipart body, kept on disk while they are being saved.</summary>
    private sealed class Uploads : IAsyncDisposable
    {
        // No file can have this name: the folder is the hub's own.
        private const string DeleteField = ".hub/delete";

        private readonly FileStream _spool = BodyLimits.TemporaryFile();

        public List<NewFile> Files { get; } = [];

        public List<FilePath> Deleted { get; } = [];

        public async Task<Error?> ReadAsync(HttpRequest request, ProjectLimits limits, CancellationToken ct)
        {
            foreach (var text in request.Query["delete"])
            {
                var path = FilePath.Parse(text ?? "");
                if (!path.IsOk) return path.Error;
                Deleted.Add(path.Value);
            }
            if (request.ContentLength is > 0 || request.HasFormContentType)
            {
                if (await ReadFilesAsync(request, limits, ct) is { } error) return error;
            }
            return Files.Select(file => file.Path).Intersect(Deleted).Any() ? Error.Field("delete", "A path cannot be written and deleted at once.") : null;
        }

        public ValueTask DisposeAsync() => _spool.DisposeAsync();

        private async Task<Error?> ReadFilesAsync(HttpRequest request, ProjectLimits limits, CancellationToken ct)
        {
            if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data" || type.Boundary.Length == 0)
                return new Error.UnsupportedMediaType("multipart/form-data, with a field for each file whose name is its path");
            BodyLimits.LiftServerLimit(request.HttpContext);
            var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value!, request.Body);
            try
            {
                while (await reader.ReadNextSectionAsync(ct) is { } section)
                {
                    if (Files.Count == limits.Files) return new Error.TooLarge("The number of files", limits.Files, null);
                    if (await ReadSectionAsync(section, limits, ct) is { } error) return error;
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException && !ct.IsCancellationRequested)
            {
                return Error.Field("body", "The multipart body ends too early or is malformed.");
            }
            return null;
        }

        private async Task<Error?> ReadSectionAsync(MultipartSection section, ProjectLimits limits, CancellationToken ct)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || disposition.Name.Length == 0)
                return Error.Field("body", "A part of the multipart body has no name. Its name is the file's path.");
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value!;
            if (name == DeleteField) return await ReadDeletedAsync(section, limits, ct);
            var path = FilePath.Parse(name);
            if (!path.IsOk) return path.Error;
            if (Files.Exists(file => file.Path == path.Value)) return new Error.Invalid("duplicate_path", $"'{path.Value}' is sent twice.");
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var start = _spool.Position;
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await section.Body.ReadAsync(buffer, ct)) > 0)
            {
                if (_spool.Position - start + read > limits.FileBytes) return new Error.TooLarge($"The file '{path.Value}'", limits.FileBytes, null);
                if (_spool.Position + read > limits.ProjectBytes) return new Error.TooLarge("All files together", limits.ProjectBytes, null);
                sha256.AppendData(buffer, 0, read);
                await _spool.WriteAsync(buffer.AsMemory(0, read), ct);
            }
            var length = (int)(_spool.Position - start);
            var entry = new ManifestEntry(BlobHash.From(sha256.GetHashAndReset()), length);
            Files.Add(new NewFile(path.Value, entry, token => ReadAgainAsync(start, length, token)));
            return null;
        }

        private async Task<Error?> ReadDeletedAsync(MultipartSection section, ProjectLimits limits, CancellationToken ct)
        {
            if (Deleted.Count == limits.Files) return new Error.TooLarge("The number of deleted files", limits.Files, null);
            // Written in another normal form it may be longer than it is then; what does not fit here is too long in any.
            var buffer = new byte[(4 * ProjectLimits.PathBytes) + 1];
            var length = await section.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            var path = FilePath.Parse(Encoding.UTF8.GetString(buffer, 0, length));
            if (!path.IsOk) return path.Error;
            Deleted.Add(path.Value);
            return null;
        }

        private async ValueTask<byte[]> ReadAgainAsync(long start, int length, CancellationToken ct)
        {
            var content = new byte[length];
            _spool.Position = start;
            await _spool.ReadExactlyAsync(content, ct);
            return content;
        }
    }
}

/// <summary>Takes an uploaded archive, as the body itself or as the field <c>file</c> of a form.</summary>
static class ImportUpload
{
    // A form's own lines around the file.
    private const int FormOverhead = 64 * 1024;

    public static async Task<IResult> HandleAsync(string? name, string? visibility, HttpRequest request, ProjectLimits limits, IMediator hub, CancellationToken ct)
    {
        var seen = Visibility.Unlisted;
        if (visibility is not null && (!Enum.TryParse(visibility, ignoreCase: true, out seen) || !Enum.IsDefined(seen) || char.IsDigit(visibility[0])))
            return Problems.Of(Error.Field("visibility", "Send private, unlisted or public."));
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType.Value?.ToLowerInvariant() is not
            ("application/zip" or "application/x-zip-compressed" or "application/octet-stream" or "multipart/form-data"))
            return Problems.Of(new Error.UnsupportedMediaType("a zip archive as application/zip, or multipart/form-data with the field 'file'"));

        if (type.MediaType != "multipart/form-data")
        {
            var body = await BodyLimits.SpoolAsync(request, "The archive", limits.ZipBytes, ct);
            if (!body.IsOk) return Problems.Of(body.Error);
            await using var archive = body.Value;
            return await SendAsync(archive, name ?? "Imported project", seen, hub, ct);
        }

        if (request.ContentLength > limits.ZipBytes + FormOverhead) return Problems.Of(new Error.TooLarge("The archive", limits.ZipBytes, request.ContentLength));
        BodyLimits.LiftServerLimit(request.HttpContext);
        request.HttpContext.Features.Set<IFormFeature>(new FormFeature(request, new FormOptions
        {
            MultipartBodyLengthLimit = limits.ZipBytes,
            ValueLengthLimit = BodyLimits.Default / 8,
            ValueCountLimit = 100,
        }));
        try
        {
            var form = await request.ReadFormAsync(ct);
            if (form.Files["file"] is not { } file) return Problems.Of(Error.Field("file", "Send the archive as the field 'file'."));
            await using var archive = file.OpenReadStream();
            return await SendAsync(archive, name ?? NameOf(file.FileName), seen, hub, ct);
        }
        catch (InvalidDataException e) when (e.Message.Contains("length limit", StringComparison.Ordinal))
        {
            return Problems.Of(new Error.TooLarge("The archive", limits.ZipBytes, null));
        }
        catch (Exception e) when (e is IOException or InvalidDataException && !ct.IsCancellationRequested)
        {
            return Problems.Of(Error.Field("body", "The multipart body ends too early or is malformed."));
        }
    }

    private static async Task<IResult> SendAsync(Stream archive, string name, Visibility visibility, IMediator hub, CancellationToken ct) =>
        (await hub.Send(new ImportProject(archive, name, visibility), ct)).ToHttp(ProjectEndpoints.Created);

    private static string NameOf(string fileName)
    {
        var name = new string(Path.GetFileNameWithoutExtension(fileName).Where(c => !char.IsControl(c)).Take(Project.NameLength).ToArray());
        return string.IsNullOrWhiteSpace(name) ? "Imported project" : name;
    }
}
