namespace PyScriptHub.Infrastructure.Browser;

/// <summary>The browser, and not the page, broke down: the run says nothing and is made again.</summary>
public sealed class BrowserFaultException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>No page can be run on this machine. The message says why and what to do.</summary>
public sealed class SmokeTestsOffException(string reason, Exception? inner = null) : Exception(reason, inner);
