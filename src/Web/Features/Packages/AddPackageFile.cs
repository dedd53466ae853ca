using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>A wheel that an administrator put into the index.</summary>
/// <param name="Package">The normal form of the name.</param>
/// <param name="IsNew">False where the very same file was there already.</param>
public sealed record AddedPackageFile(string FileName, string Package, string Version, string Sha256, long Length, bool IsNew);

/// <summary>Holds a wheel for all projects. It stands before what a release's own lock has of its name.</summary>
/// <param name="FileName">Without folders.</param>
/// <param name="Content">Its bytes; seekable.</param>
sealed record AddPackageFile(string FileName, Stream Content) : IRequest<Result<AddedPackageFile>>
{
    /// <summary>The largest wheel that is taken, in bytes; Pyodide's largest have 60 MB.</summary>
    public const long MostBytes = 100_000_000;

    /// <summary>Holds a wheel. Errors: those of a wheel that is none, <c>unfit_wheel</c>, <c>file_exists</c>, <see cref="Error.TooLarge"/>.</summary>
    public static async Task<Result<AddedPackageFile>> FromAsync(Stream content, string fileName, HeldPyodides pyodides, HeldFiles held, Guid? person, CancellationToken ct)
    {
        var name = WheelFileName.Parse(fileName);
        if (!name.IsOk) return name.Error;
        if (pyodides.Refuse(fileName, name.Value) is { } unfit) return unfit;
        if (content.Length > MostBytes) return new Error.TooLarge($"The wheel '{fileName}'", MostBytes, content.Length);
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, ct);
        var wheel = await NewPackageFile.OfWheelAsync(fileName, bytes, PackageFileOrigin.Upload, fileName, ct);
        if (!wheel.IsOk) return wheel.Error;
        var added = await held.AddAsync(wheel.Value with { AddedById = person }, ct);
        return added.IsOk ? new AddedPackageFile(fileName, wheel.Value.Name.Key, wheel.Value.Version, wheel.Value.Hash.ToString(), bytes.LongLength, added.Value) : added.Error;
    }
}

sealed class AddPackageFileHandler(HeldFiles held, HeldPyodides pyodides, CurrentUser user) : IRequestHandler<AddPackageFile, Result<AddedPackageFile>>
{
    public async Task<Result<AddedPackageFile>> Handle(AddPackageFile command, CancellationToken ct)
    {
        if (!user.IsAdministrator) return PackageReport.NoAdministrator;
        return await AddPackageFile.FromAsync(command.Content, command.FileName, pyodides, held, user.Id, ct);
    }
}
