namespace PyScriptHub.Domain.Projects;

/// <summary>That a person other than the owner works on a project.</summary>
public sealed class ProjectMember
{
    public ProjectMember(ProjectId projectId, Guid userId, ProjectRole role, DateTimeOffset addedAt) =>
        (ProjectId, UserId, Role, AddedAt) = (projectId, userId, role, addedAt);

    public ProjectId ProjectId { get; private set; }

    public Guid UserId { get; private set; }

    /// <summary>What they may do, whether they asked for it or not.</summary>
    public ProjectRole Role { get; private set; }

    /// <summary>
    /// What they have agreed to be, by saying so or by saving in the project; null for somebody who was only named. Nobody
    /// inherits a project, or has it among their own, by another's word alone.
    /// </summary>
    public ProjectRole? AcceptedRole { get; private set; }

    public DateTimeOffset AddedAt { get; private set; }

    public void Become(ProjectRole role) => Role = role;

    /// <summary>Agrees to the role as it is now.</summary>
    public void Accept() => AcceptedRole = Role;
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
