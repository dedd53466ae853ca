using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>How a page is to be served.</summary>
/// <param name="Map">Where its addresses lead.</param>
/// <param name="StorageScript">The storage stand-in's path on the project's own origin, base path included: <c>/.hub/storage.1f2e3d.js</c>.</param>
/// <param name="Interpreter">What <c>?interpreter=</c> asks for; null leaves the page's own.</param>
/// <param name="ReadProjectFile">
/// A project file's text by an address relative to the page (<c>./pyscript.toml</c>), null where there is none: tells whether
/// a config names an interpreter of its own. Without it, no interpreter is preloaded for a page whose config is a file.
/// </param>
/// <param name="LoadsRuntimeElsewhere">Whether one of the project's scripts loads PyScript, PolyScript or Coincident for the page.</param>
/// <param name="Lock">What the packages of its configs are led to; null where they list none.</param>
/// <param name="IsLedFile">Whether a config file, by its address relative to the page, is led to a lock when it is asked for; null where none is.</param>
/// <param name="Bridge">What hands console and errors to the editor; null for pages without it.</param>
public sealed record RewriteRequest(
    AddressMap Map,
    string StorageScript,
    Interpreter? Interpreter = null,
    Func<string, string?>? ReadProjectFile = null,
    bool LoadsRuntimeElsewhere = false,
    Bridge? Bridge = null,
    PageLock? Lock = null,
    Func<string, bool>? IsLedFile = null);

/// <summary>The script that stands before all others of a preview's page.</summary>
/// <param name="Script">Its absolute address, since a page may have a <c>&lt;base&gt;</c>.</param>
/// <param name="Hub">The hub's origin, the only one that it talks to.</param>
/// <param name="IsFramedOnly">Whether the page is to be seen in a frame of the hub and nowhere else: opened by itself, it leads to the hub.</param>
public sealed record Bridge(string Script, string Hub, bool IsFramedOnly = false);

/// <summary>A page as it is served.</summary>
/// <param name="Bytes">The very bytes that came in where nothing was to be changed.</param>
/// <param name="Charset">For the Content-Type; null where the bytes are no text, and the browser may guess as it would elsewhere.</param>
/// <param name="Facts">What the served page is made of, a switched interpreter included.</param>
public sealed record RewrittenPage(byte[] Bytes, string? Charset, PageFacts Facts);
