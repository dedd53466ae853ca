namespace PyScriptHub.Domain.Projects;

/// <summary>The day on which a project was last opened by somebody, and the last night for which its runs were planned. No more is known of who opens what.</summary>
public sealed class ProjectOpening
{
    public ProjectOpening(ProjectId projectId, DateOnly openedOn) => (ProjectId, OpenedOn) = (projectId, openedOn);

    public ProjectId ProjectId { get; private set; }

    /// <summary>The day in UTC.</summary>
    public DateOnly OpenedOn { get; private set; }

    /// <summary>The night, by the day that it belongs to in UTC; null before the first.</summary>
    public DateOnly? PlannedFor { get; private set; }
}
