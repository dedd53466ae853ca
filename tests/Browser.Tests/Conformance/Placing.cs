namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>Where a page is opened: by its own address, or in the frame of the project's page on the hub.</summary>
public enum Placing
{
    /// <summary>The page is the top-level document.</summary>
    Top,

    /// <summary>The page is a cross-site frame with the sandbox of docs/security, third-party storage denied.</summary>
    Framed,
}
