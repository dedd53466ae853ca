namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>One set of exact versions that is served together: a PyScript release and what its core names.</summary>
/// <param name="Name">The calendar tag, for example <c>2026.7.3</c>.</param>
/// <param name="Core">The npm version of <c>@pyscript/core</c>.</param>
/// <param name="Polyscript">The npm version of <c>polyscript</c> that core was built with.</param>
/// <param name="Pyodide">The Pyodide version, read from core's own literals.</param>
/// <param name="Micropython">The MicroPython version, read from core's own literals.</param>
/// <param name="IsDefault">Whether pages that name no release get this one.</param>
public sealed record RuntimeRelease(
    string Name, string Core, string Polyscript, string Pyodide, string Micropython, bool IsDefault);
