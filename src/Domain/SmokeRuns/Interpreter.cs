namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>What runs a project's Python.</summary>
public enum Interpreter
{
    /// <summary>CPython by Pyodide; the tag is <c>py</c>.</summary>
    Pyodide,

    /// <summary>MicroPython; the tag is <c>mpy</c>.</summary>
    Micropython,
}
