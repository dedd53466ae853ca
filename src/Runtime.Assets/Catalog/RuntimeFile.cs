namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>One file that the runtime host serves.</summary>
/// <param name="Path">The path on the runtime host, with its leading slash, for example <c>/pyscript/0.7.31/core.js</c>.</param>
/// <param name="Sha256">The hash of the bytes, 64 lower-case hex digits; the file's ETag too.</param>
/// <param name="Length">In bytes, without any content coding.</param>
/// <param name="ContentType">From <see cref="ContentTypes"/>.</param>
public sealed record RuntimeFile(string Path, string Sha256, long Length, string ContentType);
