using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>Looks below HTTP at whether everything that is referred to is there, whole.</summary>
internal static class StoredState
{
    /// <summary>Asserts that each manifest's blobs are referenced and stored, and that all bytes are those of their hash; gives how many revisions were looked at.</summary>
    public static async Task<int> ShouldBeWholeAsync(HubDb db)
    {
        var blobs = await db.Blobs.AsNoTracking().ToListAsync();
        foreach (var blob in blobs)
        {
            BlobHash.Of(blob.Content).ShouldBe(blob.Hash);
            blob.Content!.LongLength.ShouldBe(blob.Length);
        }

        var stored = blobs.Select(blob => blob.Hash).ToHashSet();
        var held = (await db.RevisionBlobs.AsNoTracking().ToListAsync()).ToLookup(row => (row.ProjectId, row.Number), row => row.Hash);
        var revisions = await db.Revisions.AsNoTracking().ToListAsync();
        foreach (var revision in revisions)
        {
            held[(revision.ProjectId, revision.Number)].Order().ShouldBe(revision.Manifest.Hashes.Order(), $"{revision.ProjectId} {revision.Number}");
            revision.Manifest.Hashes.Where(hash => !stored.Contains(hash)).ShouldBeEmpty($"{revision.ProjectId} {revision.Number}");
        }

        var heads = revisions.Select(revision => (revision.ProjectId, revision.Number)).ToHashSet();
        foreach (var project in await db.Projects.AsNoTracking().ToListAsync()) heads.ShouldContain((project.Id, project.HeadNumber));
        return revisions.Count;
    }
}
