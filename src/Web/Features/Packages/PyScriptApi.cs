using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>A document of the API of packages.pyscript.net.</summary>
sealed record PyScriptDocument(byte[] Json, string Tag)
{
    public static PyScriptDocument Of(JsonNode content)
    {
        var json = Encoding.UTF8.GetBytes(content.ToJsonString(PyScriptRecord.Json));
        return new PyScriptDocument(json, Convert.ToHexStringLower(SHA256.HashData(json))[..32]);
    }

    public IResult Answer(HttpResponse response)
    {
        response.Headers.CacheControl = "public, max-age=60";
        return Results.Bytes(Json, "application/json", entityTag: new EntityTagHeaderValue($"\"{Tag}\""));
    }
}

/// <summary>The documents of all packages, made anew when a fact was added or the default release changed.</summary>
sealed class PyScriptDocuments
{
    private readonly ConcurrentDictionary<string, (string Version, PyScriptDocument Document)> _made = new(StringComparer.Ordinal);

    public async Task<PyScriptDocument> GetAsync(string name, string version, Func<Task<JsonNode>> make)
    {
        if (_made.TryGetValue(name, out var made) && made.Version == version) return made.Document;
        var document = PyScriptDocument.Of(await make());
        _made[name] = (version, document);
        return document;
    }
}

/// <summary>The record of one package, under any spelling of its name.</summary>
sealed record GetPyScriptRecord(string Name) : IRequest<Result<PyScriptDocument>>;

sealed class GetPyScriptRecordHandler(HubDb db, DefaultRelease defaults) : IRequestHandler<GetPyScriptRecord, Result<PyScriptDocument>>
{
    public async Task<Result<PyScriptDocument>> Handle(GetPyScriptRecord command, CancellationToken ct)
    {
        var key = PackageName.NormalForm(command.Name);
        if (key.Contains('\0', StringComparison.Ordinal)) return new Error.NotFound("package");
        var package = await db.Packages.AsNoTracking().SingleOrDefaultAsync(package => package.Name == key, ct);
        var facts = await db.PackageEvidence.AsNoTracking().Where(entry => entry.Package == key && entry.Review == EvidenceReview.Accepted).ToListAsync(ct);
        if (package is null || facts.Count == 0) return new Error.NotFound("package");
        return PyScriptDocument.Of(PyScriptRecord.Of(package, facts.FindAll(entry => entry.Interpreter is Interpreter.Pyodide), (await defaults.GetAsync(ct)).Name));
    }
}

/// <summary>The records of all packages that can be installed, by name.</summary>
sealed record GetAllPyScriptRecords : IRequest<Result<PyScriptDocument>>;

sealed class GetAllPyScriptRecordsHandler(HubDb db, DefaultRelease defaults, PyScriptDocuments documents) : IRequestHandler<GetAllPyScriptRecords, Result<PyScriptDocument>>
{
    public async Task<Result<PyScriptDocument>> Handle(GetAllPyScriptRecords command, CancellationToken ct)
    {
        var release = (await defaults.GetAsync(ct)).Name;
        return await documents.GetAsync("all", await db.PackagesVersionAsync(release, ct), async () =>
        {
            var facts = (await db.PackageEvidence.AsNoTracking().Where(entry => entry.Interpreter == Interpreter.Pyodide && entry.Review == EvidenceReview.Accepted).ToListAsync(ct))
                .GroupBy(entry => entry.Package, StringComparer.Ordinal).Where(entries => PyScriptRecord.IsListed([.. entries]))
                .ToDictionary(entries => entries.Key, entries => entries.ToList(), StringComparer.Ordinal);
            var names = facts.Keys.ToList();
            var packages = await db.Packages.AsNoTracking().Where(package => names.Contains(package.Name)).ToListAsync(ct);
            return new JsonObject(packages.OrderBy(package => package.Name, StringComparer.Ordinal)
                .Select(package => KeyValuePair.Create(package.DisplayName, (JsonNode?)PyScriptRecord.Of(package, facts[package.Name], release))));
        });
    }
}

/// <summary>The most downloaded packages with their statuses.</summary>
sealed record GetTopPyScriptRecords : IRequest<Result<PyScriptDocument>>;

sealed class GetTopPyScriptRecordsHandler(HubDb db, DefaultRelease defaults) : IRequestHandler<GetTopPyScriptRecords, Result<PyScriptDocument>>
{
    public async Task<Result<PyScriptDocument>> Handle(GetTopPyScriptRecords command, CancellationToken ct)
    {
        var release = (await defaults.GetAsync(ct)).Name;
        var names = MostDownloaded.Shipped.Packages.Select(package => package.Name).ToList();
        var statuses = await db.PackageStatuses.AsNoTracking().Where(row => names.Contains(row.Package) && row.Interpreter == Interpreter.Pyodide && row.Release == release)
            .ToDictionaryAsync(row => row.Package, row => row.Status, StringComparer.Ordinal, ct);
        var summaries = await db.Packages.AsNoTracking().Where(package => names.Contains(package.Name)).ToDictionaryAsync(package => package.Name, package => package.Summary, StringComparer.Ordinal, ct);
        return PyScriptDocument.Of(new JsonObject
        {
            ["last_updated"] = MostDownloaded.Shipped.Date.ToDateTime(TimeOnly.MinValue).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            ["packages"] = new JsonArray([.. MostDownloaded.Shipped.Packages.Select(package => new JsonObject
            {
                ["package_name"] = package.Name,
                ["downloads"] = package.Downloads,
                ["status"] = PyScriptRecord.WordOf(statuses.GetValueOrDefault(package.Name)),
                ["summary"] = summaries.GetValueOrDefault(package.Name) ?? PyScriptRecord.NoSummary,
            })]),
        });
    }
}

/// <summary>When a fact was last added.</summary>
sealed record GetLastPyScriptRun : IRequest<Result<PyScriptDocument>>;

sealed class GetLastPyScriptRunHandler(HubDb db, TimeProvider time) : IRequestHandler<GetLastPyScriptRun, Result<PyScriptDocument>>
{
    public async Task<Result<PyScriptDocument>> Handle(GetLastPyScriptRun command, CancellationToken ct) => PyScriptDocument.Of(new JsonObject
    {
        ["last_run"] = PyScriptRecord.Write(await db.Packages.MaxAsync(package => (DateTimeOffset?)package.UpdatedAt, ct) ?? time.GetUtcNow()),
    });
}

static class PackagesVersion
{
    /// <summary>Changes with each fact and with the default release.</summary>
    public static async Task<string> PackagesVersionAsync(this HubDb db, string release, CancellationToken ct) =>
        $"{release} {(await db.Packages.MaxAsync(package => (DateTimeOffset?)package.UpdatedAt, ct))?.UtcTicks}";
}
