namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>What runs a project's Python.</summary>
public enum Interpreter
{
    /// <summary>CPython by Pyodide; the tag is <c>py</c>.</summary>
    Pyodide,

    /// <summary>MicroPython; the tag is <c>mpy</c>.</summary>
    Micropython,
}

/// <summary>What people call the interpreters.</summary>
public static class Interpreters
{
    /// <summary>The name as its makers write it.</summary>
    public static string NameOf(Interpreter interpreter) => interpreter is Interpreter.Micropython ? "MicroPython" : "Pyodide";

    /// <summary>The word for it in addresses, <c>?interpreter=</c>.</summary>
    public static string WordOf(Interpreter interpreter) => interpreter is Interpreter.Micropython ? "micropython" : "pyodide";
}
