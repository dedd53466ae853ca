namespace PyScriptHub.Domain.Projects;

/// <summary>That a project is offered to another owner, who has not answered yet. A project is offered to one person at a time.</summary>
public sealed class TransferOffer
{
    public TransferOffer(ProjectId projectId, Guid heirId, Guid offeredById, DateTimeOffset offeredAt) =>
        (ProjectId, HeirId, OfferedById, OfferedAt) = (projectId, heirId, offeredById, offeredAt);

    public ProjectId ProjectId { get; private set; }

    public Guid HeirId { get; private set; }

    public Guid OfferedById { get; private set; }

    public DateTimeOffset OfferedAt { get; private set; }
}
