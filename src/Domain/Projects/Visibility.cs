namespace PyScriptHub.Domain.Projects;

/// <summary>Who may see a project's publication.</summary>
public enum Visibility
{
    /// <summary>Its members alone.</summary>
    Private,

    /// <summary>Who has the address; it stands in no list.</summary>
    Unlisted,

    /// <summary>Everybody, and it stands in lists.</summary>
    Public,
}

/// <summary>Who may show a project's page in a frame.</summary>
public enum Embedding
{
    /// <summary>The hub's own pages.</summary>
    Hub,

    /// <summary>Any page of any site.</summary>
    Anyone,
}

/// <summary>What a member may do.</summary>
public enum ProjectRole
{
    /// <summary>Change files, publish, see drafts and history.</summary>
    Editor,

    /// <summary>All that the owner may.</summary>
    Owner,
}
