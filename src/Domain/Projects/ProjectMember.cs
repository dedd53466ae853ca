namespace PyScriptHub.Domain.Projects;

/// <summary>That a person other than the owner works on a project.</summary>
public sealed class ProjectMember
{
    public ProjectMember(ProjectId projectId, Guid userId, ProjectRole role) => (ProjectId, UserId, Role) = (projectId, userId, role);

    public ProjectId ProjectId { get; private set; }

    public Guid UserId { get; private set; }

    public ProjectRole Role { get; private set; }

    public void Become(ProjectRole role) => Role = role;
}

/// <summary>An address that a project once had: <c>/@owner/slug</c> leads on to where it is now.</summary>
public sealed class SlugRedirect
{
    public SlugRedirect(Guid ownerId, string slug, ProjectId projectId) => (OwnerId, Slug, ProjectId) = (ownerId, slug, projectId);

    public Guid OwnerId { get; private set; }

    public string Slug { get; private set; }

    public ProjectId ProjectId { get; private set; }

    /// <summary>Leads to another project, which had this address later.</summary>
    public void LeadTo(ProjectId projectId) => ProjectId = projectId;
}
